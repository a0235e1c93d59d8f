import type { Deps } from '../deps.ts';
import type { MessageContents } from '../outreach/contents.ts';
import { getInstrumentVersion } from '../surveys/queries.ts';
import { findConfirmation } from './confirmation-queries.ts';
import { confirmToken } from './open-confirmation.ts';
import { answerRows } from './pages.ts';
import { confirmPath } from './paths.ts';

/**
 * What a mail that asks for a confirmation says, read when it leaves. One that was answered meanwhile, or whose answers
 * were withdrawn, is missing and its mail is cancelled.
 */
export function confirmationContents(
  deps: Pick<Deps, 'config' | 'secrets'>,
): Pick<MessageContents, 'confirmation'> {
  return {
    async confirmation(db, messages) {
      const contents = new Map();
      for (const message of messages) {
        const found = await findConfirmation(db, { id: Number(message.refs.confirmationId) });
        if (!found || found.answer !== null || found.said.length === 0) continue;
        const items = [];
        for (const { credential, instrumentVersionId, familiar, values } of found.said) {
          const { body } = await getInstrumentVersion(db, instrumentVersionId);
          const said = familiar ? ({ familiar, values } as const) : ({ familiar: false } as const);
          const rows = answerRows(body, said, message.language, 'text');
          items.push({ topic: credential, answers: rows.map(({ key, value }) => `${key} ${value}`) });
        }
        const token = confirmToken(deps, found.id);
        contents.set(message.id, {
          data: {
            employerName: found.employer,
            because: found.kind,
            items,
            answeredAt: found.answeredAt,
            until: found.expiresAt,
            timeZone: found.agency.timeZone,
            link: `${deps.config.publicUrl}${confirmPath(token, message.language)}`,
          },
        });
      }
      return contents;
    },
  };
}
