/**
 * A second verifier of packets and logs, written from the description of the formats and sharing no code with the
 * first: its own reading of canonical JSON, its own tree, its own count. It is short because it only says whether.
 * Policies of format 1 that leave disagreement to people are counted; that is Wyoming's rule.
 */
import { createCipheriv, createHash, createHmac, createPublicKey, verify } from 'node:crypto';

type Any = ReturnType<typeof JSON.parse>;

const sha = (...parts: (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** RFC 8785 by recursion over entries. */
function jcs(value: Any): string {
  if (Array.isArray(value)) return `[${value.map(jcs).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const names = Object.keys(value);
  names.sort((a, b) => (a === b ? 0 : a < b ? -1 : 1));
  return `{${names.map((name) => `${JSON.stringify(name)}:${jcs(value[name])}`).join(',')}}`;
}

const strict64 = (text: string, kind: 'base64' | 'base64url'): Buffer => {
  const bytes = Buffer.from(text, kind);
  if (bytes.toString(kind) !== text) throw new Error('not base64');
  return bytes;
};

function signedBy(jwk: Any, data: string | Buffer, signature: Buffer): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: jwk.x }, format: 'jwk' });
  return verify(null, Buffer.from(data), key, signature);
}

/** RFC 9162, section 2.1.3.2, with the two counters that it names. */
function provenRoot(leaf: Buffer, index: number, size: number, path: Buffer[]): Buffer {
  let [fn, sn, hash] = [BigInt(index), BigInt(size - 1), leaf];
  if (fn > sn) throw new Error('beyond the end');
  for (const step of path) {
    if (sn === 0n) throw new Error('path too long');
    if (fn % 2n === 1n || fn === sn) {
      hash = sha(Buffer.from([1]), step, hash);
      while (fn % 2n === 0n && fn !== 0n) {
        fn /= 2n;
        sn /= 2n;
      }
    } else hash = sha(Buffer.from([1]), hash, step);
    fn /= 2n;
    sn /= 2n;
  }
  if (sn !== 0n) throw new Error('path too short');
  return hash;
}

/** The root over all leaves, level by level; a last one without a sibling moves up as it is. */
function wholeRoot(leaves: Buffer[]): Buffer {
  let level = leaves;
  if (level.length === 0) return sha('');
  while (level.length > 1) {
    const above: Buffer[] = [];
    for (let at = 0; at < level.length; at += 2) {
      above.push(level[at + 1] ? sha(Buffer.from([1]), level[at]!, level[at + 1]!) : level[at]!);
    }
    level = above;
  }
  return level[0]!;
}

function checkpointOf(note: string, jwks: Any): { origin: string; size: number; root: Buffer } {
  const [, text, lines] = /^((?:[^\n]+\n){3})\n((?:\u2014 [^\n]+\n)+)$/.exec(note) ?? [];
  if (!text || !lines) throw new Error('no checkpoint');
  const [origin, size, root] = text.split('\n') as [string, string, string];
  const good = lines
    .trimEnd()
    .split('\n')
    .some((line) => {
      const [, name, encoded] = line.split(' ') as [string, string, string];
      const bytes = strict64(encoded, 'base64');
      return jwks.keys.some((jwk: Any) => {
        const key = Buffer.from(jwk.x, 'base64url');
        const id = sha(`${origin}\n`, Buffer.from([1]), key).subarray(0, 4);
        return name === origin && id.equals(bytes.subarray(0, 4)) && signedBy(jwk, text, bytes.subarray(4));
      });
    });
  if (!good) throw new Error('checkpoint not signed');
  if (String(Number(size)) !== size) throw new Error('size');
  return { origin, size: Number(size), root: strict64(root, 'base64') };
}

const leafOf = (index: number, commitment: Buffer, previous: string): Buffer =>
  sha(Buffer.from([0]), jcs({ index, previous, commitment: commitment.toString('hex') }));

/** Throws when anything about a packet of the second format is wrong. Returns how many employers said yes to all. */
export function checkPacket(bytes: Buffer, jwks: Any): number {
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw new Error('not UTF-8');
  const file = JSON.parse(text);
  if (jcs(file) !== text) throw new Error('not canonical');
  if (Object.keys(file).join() !== 'format,packet,proof,sha256,signature') throw new Error('parts');
  if (file.format !== 'countersign-evidence/2') throw new Error('format');
  const packet = jcs(file.packet);
  if (sha(packet).toString('hex') !== file.sha256) throw new Error('hash');

  const [head, none, signature] = file.signature.split('.');
  const header = JSON.parse(strict64(head, 'base64url').toString());
  const jwk = jwks.keys.find((one: Any) => one.kid === header.kid);
  if (none !== '' || header.alg !== 'EdDSA' || !jwk) throw new Error('signature header');
  const signed = `${head}.${Buffer.from(packet).toString('base64url')}`;
  if (!signedBy(jwk, signed, strict64(signature, 'base64url'))) throw new Error('signature');

  const cut = file.proof.indexOf('\n\n');
  const [first, extraLine, indexLine, ...path] = file.proof.slice(0, cut).split('\n');
  if (first !== 'c2sp.org/tlog-proof@v1') throw new Error('proof');
  const extraText = strict64(/^extra (\S+)$/.exec(extraLine)![1]!, 'base64').toString('utf8');
  const extra = JSON.parse(extraText);
  if (jcs(extra) !== extraText || extra.value.sha256 !== file.sha256) throw new Error('leaf');
  const index = Number(/^index (0|[1-9]\d*)$/.exec(indexLine)![1]);
  const commitment = createHmac('sha256', Buffer.from(extra.salt, 'hex')).update(jcs(extra.value)).digest();
  const checkpoint = checkpointOf(file.proof.slice(cut + 2), jwks);
  const steps = path.map((line: string) => strict64(line, 'base64'));
  const root = provenRoot(leafOf(index, commitment, extra.previous), index, checkpoint.size, steps);
  if (!root.equals(checkpoint.root)) throw new Error('inclusion');
  if (publicHash(file.packet) !== extra.value.publicSha256) throw new Error('public version');
  return countAgain(file.packet);
}

/** The hash of what may be shown to anybody: everything but rows, and one root over these, each under its salt. */
function publicHash(packet: Any): string {
  const tables: Record<string, Any> = {
    'waves.dispositions': packet.waves.map((wave: Any) => ({
      waveId: wave.waveId,
      dispositions: wave.dispositions,
    })),
  };
  const shown = structuredClone(packet);
  for (const name of ['employers', 'crossTable', 'answerLanguages']) tables[name] = packet[name];
  for (const [name, value] of Object.entries(packet.facts)) tables[`facts.${name}`] = value;
  for (const [name, value] of Object.entries(packet.result)) {
    if (name !== 'required') tables[`result.${name}`] = value;
  }
  for (const name of ['employers', 'crossTable', 'answerLanguages', 'facts', 'redactionKey'])
    delete shown[name];
  for (const wave of shown.waves) delete wave.dispositions;
  const rows = Object.keys(tables)
    .sort((a, b) => (a < b ? -1 : 1))
    .flatMap((table) => [tables[table]].flat().map((row: Any, at: number) => ({ at, row, table })));
  const salts = createCipheriv('aes-256-ctr', Buffer.from(packet.redactionKey, 'hex'), Buffer.alloc(16));
  const leaves = rows.map((row) =>
    sha(Buffer.from([0]), salts.update(Buffer.alloc(32)).toString('hex'), jcs(row)),
  );
  shown.rowsRoot = wholeRoot(leaves).toString('hex');
  shown.result = { required: packet.result.required, enough: /^met/.test(packet.result.status) };
  return sha(jcs(shown)).toString('hex');
}

/** Wyoming's rule, once more from its words. */
function countAgain(packet: Any): number {
  const { facts, policy, result, asOf } = packet;
  const rule = policy.body;
  const now = Date.parse(asOf);
  const holds = (one: Any) =>
    Date.parse(one.from) <= now && (one.until === null || Date.parse(one.until) > now);
  const asked = facts.asks.filter((ask: Any) => Date.parse(ask.sentAt) <= now);
  const given = facts.answers.filter((one: Any) => Date.parse(one.answeredAt) <= now);

  // Which records are one employer: follow the links until nothing moves.
  const unit = new Map<number, number>();
  for (const { employerId } of [...asked, ...given]) unit.set(employerId, employerId);
  const links = facts.links.filter(holds);
  for (const { a, b } of links) for (const id of [a, b]) if (!unit.has(id)) unit.set(id, id);
  for (let moved = true; moved; ) {
    moved = false;
    for (const { a, b } of links) {
      const least = Math.min(unit.get(a)!, unit.get(b)!);
      for (const id of [a, b]) {
        if (unit.get(id) !== least) {
          unit.set(id, least);
          moved = true;
        }
      }
    }
  }
  const keys: string[] = rule.requirement.questions.map(({ key }: Any) => key);
  const oldest = new Date(now);
  const limit = (at: string) => {
    // The same day so many months later, or the last of that month.
    const from = new Date(at);
    const to = new Date(from);
    to.setUTCDate(1);
    to.setUTCMonth(to.getUTCMonth() + rule.evidenceMaxAgeMonths);
    const last = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
    to.setUTCDate(Math.min(from.getUTCDate(), last));
    return to;
  };
  let bothYes = 0;
  const units = new Set([...asked, ...given].map(({ employerId }: Any) => unit.get(employerId)!));
  for (const id of units) {
    const mine = (one: Any) => unit.get(one.employerId) === id;
    const accepted = given
      .filter(mine)
      .filter((one: Any) => one.endedAt === null || Date.parse(one.endedAt) > now)
      .filter((one: Any) => !(one.holds ?? []).some(holds))
      .filter((one: Any) => rule.acceptedProvenance.includes(one.provenance))
      .filter((one: Any) => !one.familiar || keys.every((key) => one.values[key]))
      .filter((one: Any) => !rule.requireHiringAuthority || one.hiringAuthority)
      .sort(
        (a: Any, b: Any) => Date.parse(a.answeredAt) - Date.parse(b.answeredAt) || a.answerId - b.answerId,
      );
    const speaking = accepted.filter(
      (one: Any) => accepted.filter((other: Any) => other.contactId === one.contactId).at(-1) === one,
    );
    const bad = (relation: string) => relation !== 'none' && rule.excludedRelations.includes(relation);
    const domains = facts.employerDomains.filter(mine).map(({ domain }: Any) => domain.toLowerCase());
    const conflict =
      speaking.some((one: Any) => bad(one.relation)) ||
      facts.conflictMarks.some((mark: Any) => mine(mark) && holds(mark) && bad(mark.relation)) ||
      (rule.excludeIssuerDomain &&
        domains.some((domain: string) =>
          facts.issuerDomains.some(
            (issuer: string) =>
              domain === issuer.toLowerCase() || domain.endsWith(`.${issuer.toLowerCase()}`),
          ),
        ));
    if (conflict) continue;
    const fresh = speaking.filter(
      (one: Any) => rule.evidenceMaxAgeMonths === null || limit(one.answeredAt) > oldest,
    );
    const yes = fresh.some((one: Any) => one.familiar && keys.every((key) => one.values[key] === 'yes'));
    const no = fresh.some((one: Any) => one.familiar && keys.some((key) => one.values[key] === 'no'));
    if (yes && !no) bothYes += 1;
  }
  if (bothYes !== result.figures.bothYes || units.size < result.figures.asked) throw new Error('count');
  if (result.required !== rule.requirement.minDistinctEmployers) throw new Error('required');
  if (/^met/.test(result.status) !== bothYes >= result.required) throw new Error('status');
  return bothYes;
}

/** Throws when anything about an exported log is wrong. Returns how many entries it has. */
export function checkLogFile(text: string, jwks: Any): number {
  if (!text.endsWith('\n')) throw new Error('cut off');
  const lines = text.slice(0, -1).split('\n');
  const values = lines.map((line) => {
    const value = JSON.parse(line);
    if (jcs(value) !== line) throw new Error('not canonical');
    return value;
  });
  const head = values.shift();
  const end = values.pop();
  if (head.format !== 'countersign-log/1' || Object.keys(head).join() !== 'checkpoints,format,size')
    throw new Error('head');
  if (Object.keys(end).join() !== 'end' || end.end !== head.size) throw new Error('end');
  const checkpoints = values
    .splice(0, head.checkpoints)
    .map(({ checkpoint }: Any) => checkpointOf(checkpoint, jwks));
  if (checkpoints.length !== head.checkpoints || values.length !== head.size) throw new Error('lines');
  if (head.size > 0 && checkpoints.length === 0) throw new Error('nothing signed');
  const leaves: Buffer[] = [];
  let previous = '00'.repeat(32);
  for (const [index, entry] of values.entries()) {
    const { commitment, leafHash, salt, value } = entry;
    const leaf = leafOf(index, Buffer.from(commitment, 'hex'), previous);
    if (entry.index !== index || leaf.toString('hex') !== leafHash) throw new Error(`entry ${index}`);
    if (!/^[0-9a-f]{64}$/.test(commitment)) throw new Error(`entry ${index}`);
    if ((salt === undefined) !== (value === undefined)) throw new Error(`entry ${index}`);
    if (salt !== undefined) {
      const opened = createHmac('sha256', Buffer.from(salt, 'hex')).update(jcs(value)).digest('hex');
      if (opened !== commitment || !/^[0-9a-f]{64}$/.test(salt)) throw new Error(`entry ${index}`);
    }
    const known = ['commitment', 'index', 'leafHash', 'salt', 'value'];
    if (Object.keys(entry).some((name) => !known.includes(name))) throw new Error(`entry ${index}`);
    leaves.push(leaf);
    previous = leafHash;
  }
  for (const { size, root } of checkpoints) {
    if (size > leaves.length || !wholeRoot(leaves.slice(0, size)).equals(root)) throw new Error('checkpoint');
  }
  return leaves.length;
}
