import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Deps } from '../deps.ts';
import { findSeal, readPacketFile, readPublicFile } from '../evidence/packet-queries.ts';
import { endorsementOf, VC_JWT } from '../evidence/rules/endorsement.ts';
import { readPacket } from '../evidence/rules/packet.ts';
import { verifyPacket } from '../evidence/rules/verify-packet.ts';
import { parseId } from '../http/params.ts';
import { listSigningKeys, openSigner } from '../ledger/signing-keys.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { csvTable } from '../lib/csv-write.ts';
import { DomainError } from '../lib/errors.ts';
import { signCompact } from '../lib/jws.ts';
import { EMPLOYER_COLUMNS, employerRows, packetPage, printPage } from './packet-pages.ts';
import { findSnapshotForAgency } from './queries.ts';

type WithId = { Params: { id: string } };

const staffOnly = { config: { access: 'staff' } } as const;

/** Frozen evidence: its page, its print for the board, and every form in which it leaves. */
export function registerPacketRoutes(app: FastifyInstance, deps: Deps): void {
  const { db } = deps;

  const find = async (request: FastifyRequest<WithId>) => {
    const found = await findSnapshotForAgency(db, request.staff.agencyId, parseId(request.params.id));
    if (!found) throw new DomainError('not_found');
    return found;
  };
  const read = async (request: FastifyRequest<WithId>) => {
    const found = await find(request);
    const { snapshot } = found;
    const file = await readPacketFile(db, snapshot);
    const packet = readPacket(snapshot.packet, snapshot.packetFormat);
    return { ...found, file, packet, zone: request.staff.timeZone, now: deps.clock.now() };
  };
  const download = (reply: FastifyReply, file: string | null, name: string, type: string) => {
    if (file === null) throw new DomainError('seal_waits');
    return reply.header('content-disposition', `attachment; filename="${name}"`).type(type).send(file);
  };

  app.get<WithId>('/staff/evidence/:id', staffOnly, async (request, reply) => {
    const found = await read(request);
    const keys = await listSigningKeys(db);
    const verdict =
      found.file === null
        ? null
        : verifyPacket(
            Buffer.from(found.file),
            found.snapshot.sha256,
            found.snapshot.packetFormat > 1 ? keys : null,
          );
    const seal = await findSeal(db, found.snapshot.id);
    return reply.page('evidence/snapshot', packetPage({ ...found, verdict, seal }));
  });

  app.get<WithId>('/staff/evidence/:id/print', staffOnly, async (request, reply) => {
    const found = await read(request);
    const seal = await findSeal(db, found.snapshot.id);
    return reply.page('evidence/print', printPage({ ...found, seal }), { layout: 'public' });
  });

  app.get<WithId>('/staff/evidence/:id/packet.json', staffOnly, async (request, reply) => {
    const { snapshot } = await find(request);
    const file = await readPacketFile(db, snapshot);
    return download(reply, file, `countersign-evidence-${snapshot.id}.json`, 'application/json');
  });

  app.get<WithId>('/staff/evidence/:id/public.json', staffOnly, async (request, reply) => {
    const { snapshot } = await find(request);
    if (snapshot.packetFormat === 1) throw new DomainError('not_found');
    const file = await readPublicFile(db, snapshot);
    return download(reply, file, `countersign-evidence-${snapshot.id}-public.json`, 'application/json');
  });

  app.get<WithId>('/staff/evidence/:id/proof', staffOnly, async (request, reply) => {
    const { snapshot } = await find(request);
    if (snapshot.packetFormat === 1) throw new DomainError('not_found');
    const seal = await findSeal(db, snapshot.id);
    const name = `countersign-evidence-${snapshot.id}.tlog-proof`;
    return download(reply, seal?.proof ?? null, name, 'text/plain; charset=utf-8');
  });

  app.get<WithId>('/staff/evidence/:id/employers.csv', staffOnly, async (request, reply) => {
    const { packet, snapshot } = await read(request);
    const lines: string[] = [];
    for await (const line of csvTable(EMPLOYER_COLUMNS, employerRows(packet), (row) => row)) lines.push(line);
    const name = `countersign-evidence-${snapshot.id}-employers.csv`;
    return download(reply, lines.join(''), name, 'text/csv; charset=utf-8');
  });

  app.get<WithId>('/staff/evidence/:id/endorsement.jwt', staffOnly, async (request, reply) => {
    const { snapshot, packet } = await read(request);
    const { publicSha256, sha256 } = snapshot;
    if (publicSha256 === null) throw new DomainError('not_found');
    const seal = await findSeal(db, snapshot.id);
    const signer = seal && (await openSigner(deps));
    if (!seal || !signer) throw new DomainError('seal_waits');
    const { publicUrl } = deps.config;
    const endorsement = endorsementOf(packet, { sha256, publicSha256, publicUrl, sealedAt: seal.sealedAt });
    if (!endorsement) throw new DomainError('not_found');
    const header = { kid: signer.kid, typ: VC_JWT, cty: 'vc', iss: publicUrl };
    const jwt = signCompact(Buffer.from(canonicalJson(endorsement)), header, signer.privateKey);
    return download(reply, jwt, `countersign-endorsement-${snapshot.id}.jwt`, `application/${VC_JWT}`);
  });
}
