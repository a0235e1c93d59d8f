import type { PublicKey } from '../../lib/ed25519.ts';
import { growTree, type Hash } from '../../lib/merkle.ts';
import type { EntryKind } from '../types.ts';
import { type Checkpoint, openCheckpoint, readCheckpoint } from './checkpoint.ts';
import { BEFORE_FIRST, commitmentOf, leafHashOf } from './entry.ts';

export type LogCheck = {
  ok: boolean;
  says: string;
  /** It tells of something that was not checked. */
  isNote?: true;
};
export type LogVerdict = {
  ok: boolean;
  entries: number;
  /** How many of them the last signed checkpoint covers. */
  signed: number;
  checks: LogCheck[];
};

/** What is known of the row that an entry commits to. */
export type Content =
  | { state: 'open'; salt: Buffer; value: unknown; kind?: EntryKind; sourceId?: number }
  /** It can be opened, but the row is not there any more. */
  | { state: 'gone'; kind: EntryKind; sourceId: number }
  /** Deleted on purpose, by an erasure that is an entry itself. */
  | { state: 'erased' }
  /** Nothing opens it, and no erasure says why. */
  | { state: 'lost' }
  /** Not looked at: an export without openings. */
  | { state: 'closed' };

export type CheckedEntry = {
  index: number;
  commitment: Buffer;
  leafHash: Buffer;
  content: Content;
  /** Its hash as the tile has it, where there is one. */
  tileHash?: Buffer | undefined;
};

/** A checkpoint from somewhere, with words for where: "the database", "line 12", "the witness's file". */
export type GivenCheckpoint = { note: string; from: string };

type Root = Checkpoint & { from: string };

const TOLD = 20;
export const KIND_WORDS: Record<EntryKind, string> = {
  audit_event: 'audit event',
  answer: 'answer',
  answer_end: 'end of answer',
  snapshot: 'snapshot',
  erasure: 'erasure',
  answer_kept: 'answer without its person',
  ballot: 'ballot',
  ballot_vote: 'vote',
  board_letter: 'letter of a board',
  rubric_review: 'review by a rubric',
  vendor_finding: 'finding on vendors',
  adjudication: 'adjudication',
};

/**
 * Checks a log entry by entry, in the order in which they stand. Entries are chained and are the leaves of a tree whose
 * roots were signed: what was altered, dropped, put in or moved is told by its number. `keys` null leaves out who
 * signed; the roots are compared all the same.
 */
export function checkLog(given: readonly GivenCheckpoint[], keys: readonly PublicKey[] | null) {
  const faults: { index: number; says: string }[] = [];
  const wrongCheckpoints: string[] = [];
  const roots: Root[] = [];
  for (const { note, from } of given) {
    const read = readCheckpoint(note);
    if (!read) wrongCheckpoints.push(`The checkpoint in ${from} cannot be read: it was altered.`);
    else if (keys && !openCheckpoint(note, keys)) {
      wrongCheckpoints.push(
        `The checkpoint of ${read.size} entries in ${from} is not signed by a known key: it was altered or forged.`,
      );
    } else roots.push({ ...read, from });
  }
  roots.sort((a, b) => a.size - b.size);

  const tree = growTree();
  const state = { next: 0, entries: 0, erased: 0, opened: 0, isWhole: true };
  let held: { index: number; stored: Hash; computed: Hash } | null = null;
  let previous: Hash = BEFORE_FIRST;
  let at = 0;
  let lastAgreed = 0;
  const rewritten: string[] = [];

  const fault = (index: number, says: string) => {
    if (faults.at(-1)?.index !== index || faults.at(-1)?.says !== says) faults.push({ index, says });
  };

  function compareRoots(): void {
    for (; at < roots.length && roots[at]!.size <= tree.size; at += 1) {
      const { size, root, from } = roots[at]!;
      if (!state.isWhole || size < tree.size) continue;
      if (tree.root().equals(root)) lastAgreed = size;
      else {
        rewritten.push(
          `The log does not lead to the checkpoint of ${size} entries in ${from}: ${spanOf(lastAgreed, size)} altered since it was signed, or the log was forked.`,
        );
      }
    }
  }

  /** The entry before is settled once the one after tells which of its two hashes the chain went on with. */
  function settle(hash: Hash): void {
    tree.push(hash);
    compareRoots();
  }

  return {
    push(given: CheckedEntry): void {
      state.entries += 1;
      const entry = withOwnNumber(given);
      if (entry.index !== state.next) {
        if (entry.index > state.next) {
          fault(state.next, `${listOf(state.next, entry.index - 1)} missing.`);
        } else {
          fault(
            entry.index,
            `Entry ${entry.index} stands where entry ${state.next} belongs: the order was changed.`,
          );
        }
        // The tree cannot be built past a gap; the chain goes on from what stands there.
        state.isWhole = false;
        if (held) previous = held.stored;
        held = null;
        const own = entry.index === state.next ? previous : null;
        checkContent(entry);
        previous = own ?? entry.leafHash;
        state.next = Math.max(state.next, entry.index + 1);
        return;
      }
      let computed = leafHashOf(entry.index, entry.commitment, previous);
      let fits = computed.equals(entry.leafHash);
      if (held) {
        const otherwise = leafHashOf(entry.index, entry.commitment, held.computed);
        const before = !fits && otherwise.equals(entry.leafHash) ? held.computed : held.stored;
        if (before === held.computed) [computed, fits] = [otherwise, true];
        settle(before);
        held = null;
      }
      const afterFault = faults.at(-1)?.index === entry.index - 1;
      if (fits) settle(entry.leafHash);
      else if (afterFault) {
        // What the one before was can no longer be said, and so no root from here on. This one may well be sound.
        state.isWhole = false;
        if (!isKnownGood(entry)) {
          fault(
            entry.index,
            `Entry ${entry.index} does not follow from entry ${entry.index - 1} as that stands now.`,
          );
        }
      } else {
        fault(entry.index, `Entry ${entry.index} was altered: it does not follow from the one before it.`);
        held = { index: entry.index, stored: entry.leafHash, computed };
      }
      if (entry.tileHash && !entry.tileHash.equals(entry.leafHash)) {
        fault(entry.index, `Entry ${entry.index} was altered: the tree's tile holds another hash of it.`);
      }
      checkContent(entry);
      previous = entry.leafHash;
      state.next += 1;
    },

    /** `unlogged`: rows that should be in the log and are not. */
    finish(more: LogCheck[] = []): LogVerdict {
      if (held) {
        // The last entry: the root at its size, if one was signed, knows which hash it had.
        const last = held;
        const signed = roots.find(({ size }) => size === last.index + 1);
        const tryRoot = (hash: Hash) => signed && rootWith(hash)?.equals(signed.root);
        settle(tryRoot(last.computed) ? last.computed : last.stored);
      }
      const beyond = roots.filter(({ size }) => size > state.next);
      if (beyond.length > 0) {
        const most = beyond.at(-1)!;
        fault(
          state.next,
          `The log ends after ${state.next} entries, but ${most.from} holds a checkpoint of ${most.size}: ${listOf(state.next, most.size - 1)} cut off.`,
        );
      }
      const forks = roots.flatMap((one, index) => {
        const before = roots[index - 1];
        return before?.size === one.size && before.origin === one.origin && !before.root.equals(one.root)
          ? [
              `Two checkpoints of ${one.size} entries contradict each other (${before.from} and ${one.from}): the log was forked.`,
            ]
          : [];
      });
      const signed = roots.at(-1)?.size ?? 0;
      const damage = [...faults].sort((a, b) => a.index - b.index).map(({ says }) => says);
      const checks: LogCheck[] = [
        ...told(
          damage,
          `Its ${state.entries} entries stand in order, each following from the one before it.`,
        ),
        ...told(
          [...wrongCheckpoints, ...forks, ...rewritten],
          roots.length === 0
            ? 'No checkpoint was signed yet.'
            : `It leads to ${roots.length === 1 ? 'the one signed checkpoint' : `all ${roots.length} signed checkpoints`}, the last of ${roots.at(-1)!.size} entries.`,
        ),
        ...(!state.isWhole && roots.length > 0
          ? [{ ok: false, says: 'Checkpoints after the first gap could not be compared.' }]
          : []),
        ...(signed > 0 && state.next > signed
          ? [
              {
                ok: true,
                isNote: true as const,
                says: `${state.next - signed} entries came after the last checkpoint: until the next one is signed, they can be written anew unseen.`,
              },
            ]
          : []),
        ...(state.opened > 0
          ? [{ ok: true, says: `${state.opened} entries were opened and compared with what they logged.` }]
          : []),
        ...(state.erased > 0
          ? [
              {
                ok: true,
                says: `${state.erased} entries can no longer be opened, as logged erasures say; their place in the log holds.`,
              },
            ]
          : []),
        ...more,
      ];
      return { ok: checks.every(({ ok }) => ok), entries: state.entries, signed, checks };
    },
  };

  /** An entry whose leaf says that it is the next one was not moved: only the number that it states was altered. */
  function withOwnNumber(entry: CheckedEntry): CheckedEntry {
    const index = state.next;
    if (entry.index === index) return entry;
    const before = held ? [previous, held.computed] : [previous];
    if (!before.some((hash) => leafHashOf(index, entry.commitment, hash).equals(entry.leafHash)))
      return entry;
    fault(index, `Entry ${index} was altered: it states the number ${entry.index}.`);
    return { ...entry, index };
  }

  function checkContent({ index, commitment, content }: CheckedEntry): void {
    if (content.state === 'erased') state.erased += 1;
    if (content.state === 'lost')
      fault(index, `Entry ${index}: what opens it was deleted, and no erasure was logged.`);
    if (content.state === 'gone')
      fault(
        index,
        `Entry ${index}: ${KIND_WORDS[content.kind]} ${content.sourceId}, which it logged, is gone.`,
      );
    if (content.state !== 'open') return;
    state.opened += 1;
    if (commitmentOf(content.value, content.salt).equals(commitment)) return;
    const what = content.kind ? ` (${KIND_WORDS[content.kind]} ${content.sourceId})` : '';
    fault(index, `Entry ${index}${what} was altered: what it says now is not what was logged.`);
  }

  function isKnownGood({ content, commitment, leafHash, tileHash }: CheckedEntry): boolean {
    if (tileHash) return tileHash.equals(leafHash);
    return content.state === 'open' && commitmentOf(content.value, content.salt).equals(commitment);
  }

  function rootWith(hash: Hash): Hash | null {
    return state.isWhole ? tree.rootWith(hash) : null;
  }
}

function told(faults: readonly string[], good: string): LogCheck[] {
  if (faults.length === 0) return [{ ok: true, says: good }];
  const checks = faults.slice(0, TOLD).map((says) => ({ ok: false, says }));
  const rest = faults.length - TOLD;
  return rest > 0 ? [...checks, { ok: false, says: `And ${rest} more of this kind.` }] : checks;
}

function listOf(from: number, to: number): string {
  return from === to ? `Entry ${from} is` : `Entries ${from} to ${to} are`;
}

function spanOf(agreed: number, size: number): string {
  return size - agreed === 1 ? `entry ${agreed} was` : `an entry from ${agreed} to ${size - 1} was`;
}
