import { createSign, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { textToSign } from '../../src/delivery/providers/ses.ts';

/** One element of DER: tag, length, content. */
function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const length =
    content.length < 128
      ? Buffer.from([content.length])
      : Buffer.from([0x82, content.length >> 8, content.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), length, content]);
}

const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const SHA256_RSA = der(0x30, oid('2a864886f70d01010b'), der(0x05));
const time = (text: string) => der(0x18, Buffer.from(text));

/** A certificate that signs itself, with nothing in it but what is looked at. */
function certificate(
  commonName: string,
  keys: { publicKey: KeyObject; privateKey: KeyObject },
  until: string,
): string {
  const name = der(0x30, der(0x31, der(0x30, oid('550403'), der(0x0c, Buffer.from(commonName)))));
  const body = der(
    0x30,
    der(0x02, Buffer.from([1])),
    SHA256_RSA,
    name,
    der(0x30, time('20200101000000Z'), time(until)),
    name,
    keys.publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = createSign('sha256').update(body).sign(keys.privateKey);
  const whole = der(0x30, body, SHA256_RSA, der(0x03, Buffer.from([0]), signature));
  return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

/** Amazon's side of SNS, with a key of its own. */
export function fakeSns(options: { commonName?: string; until?: string } = {}) {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { commonName = 'sns.amazonaws.com', until = '20990101000000Z' } = options;
  return {
    certificateUrl: 'https://sns.us-west-2.amazonaws.com/SimpleNotificationService-0123.pem',
    certificate: certificate(commonName, keys, until),
    sign(message: Parameters<typeof textToSign>[0]): string {
      return createSign('sha256').update(textToSign(message)).sign(keys.privateKey, 'base64');
    },
  };
}

/** SendGrid's side of the signed event webhook. */
export function fakeSendGrid() {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    publicKey: keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    headers(timestamp: string, raw: string | Buffer): Record<string, string> {
      const signature = sign(
        'sha256',
        Buffer.concat([Buffer.from(timestamp), Buffer.from(raw)]),
        keys.privateKey,
      );
      return {
        'content-type': 'application/json',
        'x-twilio-email-event-webhook-timestamp': timestamp,
        'x-twilio-email-event-webhook-signature': signature.toString('base64'),
      };
    },
  };
}
