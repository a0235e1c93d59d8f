import { signInLinks } from '../db/schema/agencies.ts';
import type { Deps } from '../deps.ts';
import { hashToken, randomToken } from '../lib/tokens.ts';
import { renderMessage } from '../mail/render.ts';
import { agencyPaths } from './paths.ts';
import { countSignInLinksSince, findStaffByEmail, getAgency, type StaffMember } from './queries.ts';
import { SIGN_IN_LINK_MINUTES, SIGN_IN_MAILS_AN_HOUR, signInLinkExpiresAt } from './rules.ts';

type SignInDeps = Pick<Deps, 'db' | 'clock' | 'config' | 'mailer' | 'announce'>;

/**
 * Sends a one-time link to a staff member. Says nothing of whether the address is known: the page is the same,
 * and what could tell (sending) happens after the answer.
 */
export async function requestSignIn(deps: SignInDeps, input: { email: string }): Promise<void> {
  const now = deps.clock.now();
  const staff = await findStaffByEmail(deps.db, input.email);
  if (!staff || staff.disabledAt) return;
  const anHourAgo = new Date(now.getTime() - 3_600_000);
  if ((await countSignInLinksSince(deps.db, staff.id, anHourAgo)) >= SIGN_IN_MAILS_AN_HOUR) return;

  const link = await createSignInLink(deps, staff);
  const agency = await getAgency(deps.db, staff.agencyId);
  const content = renderMessage('sign_in', {
    language: 'en',
    sender: {
      agencyName: agency.name,
      shortName: agency.shortName,
      postalAddress: agency.postalAddress,
      contactEmail: agency.replyTo,
      contactPhone: agency.phone,
    },
    recipientName: staff.name,
    link,
    validMinutes: SIGN_IN_LINK_MINUTES,
  });
  await deps.mailer.send({
    messageId: `${randomToken().slice(0, 24)}@${deps.config.messageIdDomain}`,
    date: now,
    from: { name: 'Countersign', address: agency.mailFromAddress },
    to: { name: staff.name, address: staff.email },
    language: 'en',
    ...content,
  });
  if (deps.mailer.kind === 'local') deps.announce(`Sign-in link for ${staff.name}: ${link}`);
}

/** Makes a one-time sign-in link, for a mail or for the person who starts the server. Returns the full URL. */
export async function createSignInLink(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  staff: Pick<StaffMember, 'id'>,
): Promise<string> {
  const now = deps.clock.now();
  const token = randomToken();
  await deps.db.insert(signInLinks).values({
    staffId: staff.id,
    tokenHash: hashToken(token),
    createdAt: now,
    expiresAt: signInLinkExpiresAt(now),
  });
  return deps.config.publicUrl + agencyPaths.signInLink(token);
}
