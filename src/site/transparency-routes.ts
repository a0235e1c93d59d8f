import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { readPublicFile } from '../evidence/packet-queries.ts';
import { findLastCheckpoint } from '../ledger/make-checkpoint.ts';
import { ledgerPaths } from '../ledger/paths.ts';
import {
  ENTRIES_A_PAGE,
  publicConsistency,
  publicEntries,
  publicInclusion,
} from '../ledger/public-proofs.ts';
import { findCheckpointOfSize, listCheckpoints, listOrigins } from '../ledger/queries.ts';
import { toJwks } from '../ledger/rules/keys.ts';
import { listSigningKeys } from '../ledger/signing-keys.ts';
import { DomainError } from '../lib/errors.ts';
import { findPublishedSnapshot } from './queries.ts';
import { transparencyPage } from './transparency-pages.ts';

const CHECKPOINTS_A_PAGE = 25;
const open = { config: { access: 'public' } } as const;

const count = z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const pageQuery = z.object({ before: count.optional().catch(undefined) });
const entriesQuery = z.object({ from: count.default(0), count: count.default(ENTRIES_A_PAGE) });
const inclusionQuery = z.object({ index: count, size: count });
const consistencyQuery = z.object({ from: count, to: count });
const sizeParams = z.object({ size: count });
const hashParams = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** The log as anybody may check it: checkpoints, entries that say nothing by themselves, proofs, keys. */
export function registerTransparencyRoutes(app: FastifyInstance, deps: Deps): void {
  const { db } = deps;

  app.get(ledgerPaths.jwks, open, async (_request, reply) => {
    reply.header('cache-control', 'public, max-age=300').type('application/jwk-set+json');
    return reply.send(JSON.stringify(toJwks(await listSigningKeys(db))));
  });

  app.get(ledgerPaths.transparency, open, async (request, reply) => {
    const { before } = pageQuery.parse(request.query);
    const found = await listCheckpoints(db, { before, limit: CHECKPOINTS_A_PAGE + 1 });
    return reply.page(
      'site/transparency',
      transparencyPage({
        latest: await findLastCheckpoint(db),
        checkpoints: found.slice(0, CHECKPOINTS_A_PAGE),
        more: found.length > CHECKPOINTS_A_PAGE,
        isFirst: before === undefined,
        keys: await listSigningKeys(db),
        origins: await listOrigins(db),
        now: deps.clock.now(),
        publicUrl: deps.config.publicUrl,
      }),
    );
  });

  app.get(ledgerPaths.latest, open, async (_request, reply) => sendNote(reply, await findLastCheckpoint(db)));

  app.get(ledgerPaths.checkpoints, open, async (request, reply) => {
    const { before } = pageQuery.parse(request.query);
    const found = await listCheckpoints(db, { before, limit: CHECKPOINTS_A_PAGE + 1 });
    const shown = found.slice(0, CHECKPOINTS_A_PAGE);
    return reply.type('application/json').send(
      JSON.stringify({
        checkpoints: shown.map(({ size, madeAt, note }) => ({ size, madeAt, note })),
        next: found.length > shown.length ? `${ledgerPaths.checkpoints}?before=${shown.at(-1)!.id}` : null,
      }),
    );
  });

  app.get(`${ledgerPaths.checkpoints}/:size`, open, async (request, reply) => {
    const { size } = parseOr404(sizeParams, request.params);
    return sendNote(reply, await findCheckpointOfSize(db, size));
  });

  app.get(ledgerPaths.entries, open, async (request, reply) => {
    const { from, count } = parseOr404(entriesQuery, request.query);
    return reply.type('application/json').send(JSON.stringify(await publicEntries(db, from, count)));
  });

  app.get(ledgerPaths.inclusion, open, async (request, reply) => {
    const { index, size } = parseOr404(inclusionQuery, request.query);
    return sendProof(reply, await publicInclusion(db, index, size));
  });

  app.get(ledgerPaths.consistency, open, async (request, reply) => {
    const { from, to } = parseOr404(consistencyQuery, request.query);
    return sendProof(reply, await publicConsistency(db, from, to));
  });

  app.get(ledgerPaths.evidence(':sha256'), open, async (request, reply) => {
    const { sha256 } = parseOr404(hashParams, request.params);
    const snapshot = await findPublishedSnapshot(db, sha256);
    const file = snapshot && (await readPublicFile(db, snapshot));
    if (!file) throw new DomainError('not_found');
    return reply
      .header('content-disposition', `attachment; filename="evidence-${sha256.slice(0, 12)}.json"`)
      .header('etag', `"${sha256}"`)
      .type('application/json')
      .send(file);
  });
}

function sendNote(reply: FastifyReply, checkpoint: { note: string } | null) {
  if (!checkpoint) throw new DomainError('not_found');
  return reply.type('text/plain; charset=utf-8').send(checkpoint.note);
}

function sendProof(reply: FastifyReply, proof: object | null) {
  if (!proof) throw new DomainError('not_found');
  return reply.type('application/json').send(JSON.stringify(proof));
}

/** What cannot be meant leads nowhere: there is no form here to correct. */
function parseOr404<T extends z.ZodType>(schema: T, given: unknown): z.output<T> {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new DomainError('not_found');
  return parsed.data;
}
