import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listenForReports, renewIfChanged } from '../../src/delivery/listen-for-reports.ts';
import { bounceAddress } from '../../src/mail/inbound/bounce-address.ts';
import { type AskDns, checkBounceDomain } from '../../src/mail/inbound/check-bounce-domain.ts';
import type { MailListener } from '../../src/mail/inbound/listener.ts';
import { BOUNCES } from '../mail/inbound/report-samples.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { deliver } from '../support/smtp-client.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';
import { CERTIFICATE, RENEWED } from './certificates.ts';

const DOMAIN = 'bounces.ask.example';
const silent = pino({ level: 'silent' });

let folder: string;
let files: { certFile: string; keyFile: string };
let test: TestApp;
let listener: MailListener;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-tls-'));
  files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  await write(CERTIFICATE);
  test = await createTestApp({
    settings: {
      BOUNCE_DOMAIN: DOMAIN,
      MAIL_IN_PORT: '0',
      MAIL_IN_CERT_FILE: files.certFile,
      MAIL_IN_KEY_FILE: files.keyFile,
    },
  });
  listener = (await listenForReports(test.deps))!;
});
afterAll(async () => {
  await listener?.close();
  await test?.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => write(CERTIFICATE));

async function write({ cert, key }: typeof CERTIFICATE): Promise<void> {
  await writeFile(files.certFile, cert);
  await writeFile(files.keyFile, key);
}

/** Whom the certificate that a mail server would see names. */
async function subjectSeen(): Promise<string> {
  const socket = createConnection({ port: listener.port, host: '127.0.0.1' });
  await once(socket, 'data');
  for (const line of ['EHLO mx.firm.example', 'STARTTLS']) {
    socket.write(`${line}\r\n`);
    await once(socket, 'data');
  }
  const secure: TLSSocket = connect({ socket, rejectUnauthorized: false });
  await once(secure, 'secureConnect');
  const { subject } = secure.getPeerCertificate();
  secure.destroy();
  return String(subject.CN);
}

describe('the mail listener with a certificate', () => {
  it('takes a bounce over STARTTLS, and still without it', async () => {
    const to = bounceAddress(test.deps.secrets.linkKey, 4711, DOMAIN);
    const mail = { to, raw: BOUNCES.postfixUserUnknown };
    expect(await deliver(listener.port, mail, { requireTLS: true })).toMatch(/^250 /);
    expect(await deliver(listener.port, mail)).toMatch(/^250 /);
    expect(await subjectSeen()).toBe(DOMAIN);
  });

  it('takes a renewed certificate, and keeps the old one while the new files do not fit', async () => {
    const inUse = renewIfChanged({ log: silent }, listener, files, CERTIFICATE);
    expect(inUse).toBe(CERTIFICATE);
    await write({ cert: RENEWED.cert, key: CERTIFICATE.key });
    expect(renewIfChanged({ log: silent }, listener, files, CERTIFICATE)).toBe(CERTIFICATE);
    expect(await subjectSeen()).toBe(DOMAIN);
    await write(RENEWED);
    expect(renewIfChanged({ log: silent }, listener, files, CERTIFICATE)).toEqual(RENEWED);
    expect(await subjectSeen()).toBe('renewed.ask.example');
  });

  it('does not start with files that are none', async () => {
    await writeFile(files.keyFile, 'not a key');
    await expect(listenForReports(test.deps)).rejects.toThrow('MAIL_IN_CERT_FILE and MAIL_IN_KEY_FILE');
  });
});

describe('doctor on what comes back', () => {
  const now = new Date('2026-11-02T12:00:00Z');
  const dns = (mx: [number, string][], hosts: string[]): AskDns => ({
    mx: async () => mx.map(([priority, exchange]) => ({ priority, exchange })),
    addresses: async (host) => (hosts.includes(host) ? ['192.0.2.1'] : []),
  });
  const bounceDomain = 'bounces.state.gov';
  const mx = async (answers: AskDns) =>
    (await checkBounceDomain({ bounceDomain, mailIn: null }, answers, now)).map(({ ok, says }) => [ok, says]);

  it('sees whether the MX of the bounce domain leads anywhere', async () => {
    expect(
      await mx(
        dns(
          [
            [20, 'b.state.gov'],
            [10, 'a.state.gov'],
          ],
          ['a.state.gov', 'b.state.gov'],
        ),
      ),
    ).toEqual([[true, expect.stringContaining('goes to a.state.gov')]]);
    expect(await mx(dns([[10, 'gone.state.gov']], []))).toEqual([
      [false, expect.stringContaining('no address')],
    ]);
    expect(await mx(dns([], []))).toEqual([[false, expect.stringContaining('no MX record')]]);
    expect(await mx(dns([], [bounceDomain]))).toEqual([[true, expect.stringContaining(bounceDomain)]]);
    expect(await mx(dns([[0, '']], []))).toEqual([[false, expect.stringContaining('null MX')]]);
    const silence = {
      ...dns([], []),
      mx: () => Promise.reject(Object.assign(new Error(), { code: 'ETIMEOUT' })),
    };
    expect(await mx(silence)).toEqual([[null, expect.stringContaining('ETIMEOUT')]]);
    expect(await checkBounceDomain({ bounceDomain: DOMAIN, mailIn: null }, dns([], []), now)).toMatchObject([
      { ok: null },
    ]);
    expect(await checkBounceDomain({ bounceDomain: null, mailIn: null }, dns([], []), now)).toMatchObject([
      { ok: false, level: 'should' },
    ]);
  });

  it('speaks to the listener and reads its certificate', async () => {
    const at = (port: number, tls: typeof files | null, when = now) =>
      checkBounceDomain(
        { bounceDomain: DOMAIN, mailIn: { host: '127.0.0.1', port, tls } },
        dns([], []),
        when,
      );
    expect((await at(listener.port, files)).slice(1)).toMatchObject([
      { check: 'Mail in', ok: true, says: expect.stringContaining('with STARTTLS') },
      { check: 'Certificate', ok: true },
    ]);
    expect(await at(listener.port, files, new Date('2200-01-01'))).toContainEqual(
      expect.objectContaining({ check: 'Certificate', ok: false, level: 'must' }),
    );
    const other = await startSmtpSink();
    expect(await at(other.port, null)).toContainEqual(
      expect.objectContaining({
        check: 'Mail in',
        ok: false,
        says: expect.stringContaining('something else'),
      }),
    );
    await other.close();
    expect(await at(1, null)).toContainEqual(
      expect.objectContaining({
        check: 'Mail in',
        ok: false,
        says: expect.stringContaining('nothing listens'),
      }),
    );
  });
});
