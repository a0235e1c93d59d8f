import { createCipheriv } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { type Hash, hashLeaf, inclusionProof, rootFromInclusion, rootOf } from '../../lib/merkle.ts';
import { MET_REQUIREMENT_STATUSES } from '../types.ts';

export const PUBLIC_FORMAT = 'countersign-evidence-public/1';

/** JSON as it stands in a packet. */
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** One thing that the public version leaves out, by the table that it stands in and its place there. */
export type Row = { table: string; at: number; row: Json };

const hexHash = z.string().regex(/^[0-9a-f]{64}$/);

/** A row that was shown after all, with what proves that it is the one in the packet. */
export const disclosedRow = z.strictObject({
  table: z.string(),
  at: z.int().nonnegative(),
  row: z.json(),
  salt: hexHash,
  index: z.int().nonnegative(),
  size: z.int().positive(),
  path: z.array(hexHash),
});
export type DisclosedRow = z.output<typeof disclosedRow>;

export const publicFileSchema = z.strictObject({
  /** Rows that somebody with the whole packet chose to show. Not signed: each proves itself. */
  disclosed: z.array(disclosedRow).optional(),
  format: z.literal(PUBLIC_FORMAT),
  packet: z.looseObject({
    rowsRoot: hexHash,
    result: z.strictObject({ enough: z.boolean(), required: z.int() }),
  }),
  proof: z.string(),
  sha256: hexHash,
  signature: z.string(),
});

/**
 * What may be shown to anybody: rule, questions, notices, waves and their protocols, and whether enough employers said
 * yes. Who was asked, who answered what, and every count that could tell it by subtraction are rows that it only commits
 * to, with one hash over all of them: not even their number shows.
 */
export function publicVersionOf(packet: JsonObject): { text: string; rows: Row[]; leaves: Hash[] } {
  const { facts, employers, crossTable, answerLanguages, redactionKey, result, waves, validUntil, ...open } =
    packet as JsonObject & {
      facts: JsonObject;
      result: JsonObject;
      waves: JsonObject[];
      redactionKey: string;
    };
  const { required, status, ...standing } = result;
  const tables: Row[][] = [
    listRows('employers', employers!),
    listRows('crossTable', crossTable!),
    listRows('answerLanguages', answerLanguages!),
    ...Object.entries(facts).map(([name, value]) => listRows(`facts.${name}`, value)),
    ...Object.entries({ ...standing, status: status! }).map(([name, value]) =>
      listRows(`result.${name}`, value),
    ),
    listRows(
      'waves.dispositions',
      waves.map(({ waveId, dispositions }) => ({ waveId: waveId!, dispositions: dispositions! })),
    ),
  ];
  const rows = tables
    .filter((table) => table.length > 0)
    .sort(([a], [b]) => (a!.table < b!.table ? -1 : 1))
    .flat();
  const salts = rowSalts(redactionKey, rows.length);
  const leaves = rows.map((row, index) => rowLeaf(row, salts(index)));
  const text = canonicalJson({
    ...open,
    validUntil: validUntil!,
    result: {
      required: required!,
      enough: (MET_REQUIREMENT_STATUSES as readonly Json[]).includes(status!),
    },
    rowsRoot: rootOf(leaves).toString('hex'),
    waves: waves.map(({ dispositions: _left, ...wave }) => wave),
  });
  return { text, rows, leaves };
}

function listRows(table: string, value: Json): Row[] {
  return (Array.isArray(value) ? value : [value]).map((row, at) => ({ table, at, row }));
}

/**
 * Each row has a salt of its own, so that showing one says nothing of the others: 32 bytes of the key stream of
 * AES-256 in counter mode under the packet's key, from its beginning, row by row.
 */
function rowSalts(redactionKey: string, count: number): (index: number) => string {
  const cipher = createCipheriv('aes-256-ctr', Buffer.from(redactionKey, 'hex'), Buffer.alloc(16));
  const stream = cipher.update(Buffer.alloc(32 * count));
  return (index) => stream.toString('hex', 32 * index, 32 * (index + 1));
}

/** The leaf of a row: its salt hides it, and the tree binds to it. The JSON is canonical: its members are in order. */
function rowLeaf({ table, at, row }: Row, salt: string): Hash {
  return hashLeaf(`${salt}{"at":${at},"row":${canonicalJson(row)},"table":${JSON.stringify(table)}}`);
}

/** The file that is handed out. */
export function publicFile(
  given: { text: string; sha256: string; signature: string; proof: string },
  disclosed: readonly DisclosedRow[] = [],
): string {
  const { text, sha256, signature, proof } = given;
  const before = disclosed.length > 0 ? `"disclosed":${canonicalJson(disclosed)},` : '';
  const rest = canonicalJson({ proof, sha256, signature }).slice(1);
  return `{${before}"format":${JSON.stringify(PUBLIC_FORMAT)},"packet":${text},${rest}`;
}

/** Shows some rows of a packet, each with what proves it. */
export async function discloseRows(
  packet: JsonObject,
  chosen: (row: Row) => boolean,
): Promise<DisclosedRow[]> {
  const { rows, leaves } = publicVersionOf(packet);
  const salts = rowSalts(packet.redactionKey as string, rows.length);
  const shown: DisclosedRow[] = [];
  for (const [index, row] of rows.entries()) {
    if (!chosen(row)) continue;
    const path = await inclusionProof(index, rows.length, async (level, at) =>
      rootOf(leaves.slice(at * 2 ** level, (at + 1) * 2 ** level)),
    );
    shown.push({
      ...row,
      salt: salts(index),
      index,
      size: rows.length,
      path: path.map((one) => one.toString('hex')),
    });
  }
  return shown;
}

/** Whether a shown row is one of those that the public version commits to. */
export function isDisclosedRow(shown: DisclosedRow, rowsRoot: string): boolean {
  const leaf = rowLeaf(shown as Row, shown.salt);
  const path = shown.path.map((one) => Buffer.from(one, 'hex'));
  return rootFromInclusion(leaf, shown.index, shown.size, path)?.toString('hex') === rowsRoot;
}
