import { eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { credentials } from '../db/schema/credentials.ts';
import { boardLetters, rubricReviews } from '../db/schema/votes.ts';
import type { Deps } from '../deps.ts';
import { keepDocument } from '../documents/keep-document.ts';
import type { UploadedFile } from '../documents/types.ts';
import { DomainError } from '../lib/errors.ts';
import type { BoardLetterKind, Day } from './types.ts';

type Statement = {
  agencyId: number;
  staffId: number;
  credentialId: number;
  heldOn: Day;
  note: string;
  file?: UploadedFile | null;
};

/** What a workforce board wrote of a credential, or that the credential was forwarded to it. */
export async function recordBoardLetter(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Statement & { kind: BoardLetterKind; board: string; supports: boolean },
): Promise<{ letterId: number }> {
  const { staffId, file, ...letter } = input;
  const now = deps.clock.now();
  const letterId = await record(deps, input, now, 'board_letter', async (tx, documentId) => {
    const [made] = await tx
      .insert(boardLetters)
      .values({ ...letter, documentId, recordedBy: staffId, recordedAt: now })
      .returning({ id: boardLetters.id });
    return made!.id;
  });
  return { letterId };
}

/** One team's reading of the rubric for a credential. */
export async function recordReview(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Statement & { team: string; isSettling: boolean; tier: string | null },
): Promise<{ reviewId: number }> {
  const { staffId, file, ...review } = input;
  const now = deps.clock.now();
  const reviewId = await record(deps, input, now, 'rubric_review', async (tx, documentId) => {
    const [made] = await tx
      .insert(rubricReviews)
      .values({ ...review, documentId, recordedBy: staffId, recordedAt: now })
      .returning({ id: rubricReviews.id });
    return made!.id;
  });
  return { reviewId };
}

function record(
  deps: Pick<Deps, 'db'>,
  { agencyId, staffId, credentialId, file = null }: Statement,
  now: Date,
  subjectType: 'board_letter' | 'rubric_review',
  insert: (tx: Tx, documentId: number | null) => Promise<number>,
): Promise<number> {
  return deps.db.transaction(async (tx) => {
    const [credential] = await tx
      .select({ id: credentials.id })
      .from(credentials)
      .where(eq(credentials.id, credentialId));
    if (!credential) throw new DomainError('not_found');
    const subjectId = await insert(tx, await keepDocument(tx, { agencyId, staffId, file, now }));
    await recordAudit(tx, {
      at: now,
      agencyId,
      actorKind: 'staff',
      actorId: staffId,
      action: `${subjectType}.recorded`,
      subjectType,
      subjectId,
      details: { credentialId },
    });
    return subjectId;
  });
}
