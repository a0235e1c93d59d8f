import { createPublicKey, verify } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirementEvents } from '../../src/api/requirement-events.ts';
import { REQUIREMENT_STATUSES } from '../../src/evidence/types.ts';
import { parseForm } from '../../src/http/forms.ts';
import { endpointForm } from '../../src/webhooks/forms.ts';
import { postSafely } from '../../src/webhooks/post-safely.ts';
import { isPublicAddress } from '../../src/webhooks/public-address.ts';
import {
  MAX_ATTEMPTS,
  nextAttemptAt,
  RETRY_WAITS_MS,
  readRetryAfter,
  signingVersions,
} from '../../src/webhooks/rules.ts';
import { endpointKeys, signedHeaders } from '../../src/webhooks/secrets.ts';

const NOW = new Date('2026-11-02T12:00:00Z');
const key = Buffer.alloc(32, 7);
const HOUR = 3600_000;

describe('signatures', () => {
  const message = {
    endpointId: 3,
    versions: [2, 1],
    id: 'msg_1',
    at: new Date(),
    body: '{"type":"decision.made"}',
  };

  it('satisfy the reference library with the new secret and with the old one', () => {
    const headers = signedHeaders(key, message);
    for (const version of [1, 2]) {
      const { secret } = endpointKeys(key, 3, version);
      expect(new Webhook(secret).verify(message.body, headers)).toEqual({ type: 'decision.made' });
    }
    for (const [endpoint, version] of [
      [3, 3],
      [4, 1],
    ] as const) {
      const { secret } = endpointKeys(key, endpoint, version);
      expect(() => new Webhook(secret).verify(message.body, headers)).toThrow();
    }
  });

  it('come as Ed25519 too, which the public key alone checks', () => {
    const headers = signedHeaders(key, { ...message, versions: [2] });
    const raw = Buffer.from(endpointKeys(key, 3, 2).publicKey.slice('whpk_'.length), 'base64');
    const publicKey = createPublicKey({
      key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]),
      format: 'der',
      type: 'spki',
    });
    const [, signature] = headers['webhook-signature']!.split(' ').map((one) => one.split(',')[1]!);
    expect(headers['webhook-signature']).toMatch(/^v1,\S+ v1a,\S+$/);
    const signed = (body: string) => Buffer.from(`msg_1.${headers['webhook-timestamp']}.${body}`);
    expect(verify(null, signed(message.body), publicKey, Buffer.from(signature!, 'base64'))).toBe(true);
    expect(verify(null, signed(`${message.body} `), publicKey, Buffer.from(signature!, 'base64'))).toBe(
      false,
    );
  });

  it('hold a secret of 32 bytes', () => {
    expect(Buffer.from(endpointKeys(key, 1, 1).secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
  });

  it('name two versions while keys change over, and one after', () => {
    const endpoint = { secretVersion: 2, previousUntil: NOW };
    expect(signingVersions(endpoint, new Date(NOW.getTime() - 1))).toEqual([2, 1]);
    expect(signingVersions(endpoint, NOW)).toEqual([2]);
  });
});

describe('tries', () => {
  it('are ten, over about 75 hours', () => {
    expect(MAX_ATTEMPTS).toBe(10);
    const total = RETRY_WAITS_MS.reduce((sum, wait) => sum + wait, 0) / HOUR;
    expect(total).toBeGreaterThan(75);
    expect(total).toBeLessThan(76);
    expect(nextAttemptAt(MAX_ATTEMPTS, NOW, 0.5)).toBeNull();
  });

  it('are spread by a fifth, and never come before Retry-After', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempts, chance) => {
          const wait = nextAttemptAt(attempts, NOW, chance)!.getTime() - NOW.getTime();
          const planned = RETRY_WAITS_MS[attempts - 1]!;
          expect(wait).toBeGreaterThanOrEqual(Math.floor(planned * 0.8));
          expect(wait).toBeLessThanOrEqual(Math.ceil(planned * 1.2));
          expect(nextAttemptAt(attempts, NOW, chance, '7200')!.getTime()).toBeGreaterThanOrEqual(
            NOW.getTime() + 2 * HOUR,
          );
        },
      ),
    );
  });

  it.each([
    ['120', 120_000],
    ['Mon, 02 Nov 2026 12:01:00 GMT', 60_000],
    ['Mon, 02 Nov 2020 12:01:00 GMT', 0],
    ['999999999', 24 * HOUR],
    ['soon', null],
    [null, null],
  ])('read Retry-After %s', (header, wanted) => {
    expect(readRetryAfter(header, NOW)).toBe(wanted);
  });
});

describe('addresses', () => {
  it.each(['93.184.216.34', '1.1.1.1', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450:4001:81b::200e'])(
    '%s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '192.0.0.1',
    '198.18.0.1',
    '203.0.113.9',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:93.184.216.34',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2001:db8::1',
    '2001::1',
    '2002:7f00:1::1',
    'fe80::1%eth0',
    '127.1',
    'localhost',
    '',
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('what is typed as an address', () => {
  const faultOf = (url: string, own: string[] = []) => {
    const given = parseForm(endpointForm(own), { name: 'x', url, eventTypes: 'decision.made' });
    return given.ok ? null : given.errors.map(({ field }) => field);
  };

  it.each([
    'https://approvals.example/hook',
    'https://approvals.example:8443/a?b=c',
    'https://[2606:4700::1]/',
  ])('%s is taken', (url) => expect(faultOf(url)).toBeNull());

  it.each([
    '',
    'approvals.example',
    'http://approvals.example/hook',
    'ftp://approvals.example/',
    'https://user:secret@approvals.example/',
    'https://approvals.example/#part',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://localhost/',
    'https://printer.local/',
    'https://metadata.internal/',
    `https://approvals.example/${'a'.repeat(500)}`,
  ])('%s is refused', (url) => expect(faultOf(url)).toEqual(['url']));

  it('may be of the own network where the installation says so', () => {
    expect(faultOf('http://approvals.internal/hook', ['approvals.internal'])).toBeNull();
    expect(faultOf('ftp://approvals.internal/hook', ['approvals.internal'])).toEqual(['url']);
  });
});

describe('posting', () => {
  let server: Server;
  let port: number;
  const requests: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      requests.push(request.url!);
      if (request.url === '/silent') return;
      if (request.url === '/moved') {
        response.writeHead(302, { location: `http://127.0.0.1:${port}/target` }).end();
        return;
      }
      response.writeHead(200);
      // An endless answer: its head is enough.
      response.write('x'.repeat(1_000_000));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const post = (
    url: string,
    options: Partial<Parameters<typeof postSafely>[0]> = {},
    to?: string[],
    ms = 5_000,
  ) =>
    postSafely(
      { url, headers: {}, body: '{}', privateHosts: [], ...options },
      to && (async () => to.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))),
      ms,
    );
  const own = { privateHosts: ['127.0.0.1'] };

  it('sends, and reads no more than the head of the answer', async () => {
    expect(await post(`http://127.0.0.1:${port}/`, own)).toEqual({ status: 200, retryAfter: null });
  });

  it('follows no redirect', async () => {
    expect(await post(`http://127.0.0.1:${port}/moved`, own)).toMatchObject({ status: 302 });
    expect(requests).not.toContain('/target');
  });

  it('waits only so long, for the answer and for the name', async () => {
    expect(await post(`http://127.0.0.1:${port}/silent`, own, undefined, 50)).toEqual({ error: 'timeout' });
    const never = () => new Promise<never>(() => undefined);
    expect(
      await postSafely({ url: 'https://slow.example/', headers: {}, body: '', privateHosts: [] }, never, 50),
    ).toEqual({ error: 'timeout' });
  });

  it.each([
    ['https', ['127.0.0.1']],
    ['https', ['::ffff:127.0.0.1']],
    ['https', ['169.254.169.254']],
    ['https', ['93.184.216.34', '10.0.0.1']],
    ['http', ['93.184.216.34']],
  ])('does not connect by %s to a name that leads to %s', async (scheme, to) => {
    const before = requests.length;
    expect(await post(`${scheme}://innocent.example:${port}/`, {}, to)).toEqual({ error: 'address_refused' });
    expect(requests.length).toBe(before);
  });

  it('asks for the name once and dials what it was told, so that a second answer cannot lead elsewhere', async () => {
    const asked: string[] = [];
    const outcome = await postSafely(
      { url: `http://own.example:${port}/pinned`, headers: {}, body: '{}', privateHosts: ['own.example'] },
      async (host) => {
        asked.push(host);
        return [{ address: asked.length === 1 ? '127.0.0.1' : '127.0.0.99', family: 4 }];
      },
    );
    expect(outcome).toMatchObject({ status: 200 });
    expect(asked).toEqual(['own.example']);
  });

  it.each(['https://127.0.0.1/', 'https://[::1]/', 'https://[::ffff:7f00:1]/', 'https://0/'])(
    'refuses %s without asking any name server',
    async (url) => {
      expect(await post(url, {}, ['93.184.216.34'])).toEqual({ error: 'address_refused' });
    },
  );

  it('tells a name that does not exist and a port that nobody listens on', async () => {
    const unknown = async () => {
      throw Object.assign(new Error('no'), { code: 'ENOTFOUND' });
    };
    const input = { url: 'https://nobody.example/', headers: {}, body: '', privateHosts: [] };
    expect(await postSafely(input, unknown)).toEqual({ error: 'name_unknown' });
    expect(await post('http://127.0.0.1:1/', own)).toEqual({ error: 'connection' });
  });
});

describe('what there is to tell of a requirement', () => {
  it.each([
    [null, 'short', ['counts.changed']],
    [null, 'met', ['counts.changed', 'requirement.met']],
    ['short', 'met', ['counts.changed', 'requirement.met']],
    ['short', 'met_but_expiring', ['counts.changed', 'requirement.met', 'requirement.lapsing']],
    ['met', 'met_but_expiring', ['counts.changed', 'requirement.lapsing']],
    ['met_but_expiring', 'met', ['counts.changed']],
    ['met', 'conflicting', ['counts.changed', 'requirement.lapsed']],
    ['met_but_expiring', 'short', ['counts.changed', 'requirement.lapsed']],
    ['met', 'met', ['counts.changed']],
  ] as const)('from %s to %s', (before, after, told) => {
    expect(requirementEvents(before, after)).toEqual(told);
  });

  it('met and lapsed alternate, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...REQUIREMENT_STATUSES)), (statuses) => {
        const told = statuses.flatMap((status, index) =>
          requirementEvents(statuses[index - 1] ?? null, status),
        );
        const turns = told.filter((type) => type === 'requirement.met' || type === 'requirement.lapsed');
        turns.forEach((type, index) => {
          expect(type).toBe(index % 2 === 0 ? 'requirement.met' : 'requirement.lapsed');
        });
      }),
    );
  });
});
