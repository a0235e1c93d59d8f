import { isIP } from 'node:net';
import { z } from 'zod';
import { WEBHOOK_EVENT_TYPES } from '../events/types.ts';
import { manyOf } from '../http/forms.ts';
import { hostOf } from './post-safely.ts';
import { isPublicAddress } from './public-address.ts';

/** An endpoint as typed. Which address its name leads to is looked at when something is sent; this tells typing errors. */
export function endpointForm(privateHosts: readonly string[]) {
  return z.object({
    name: z
      .string('Enter what the endpoint is for')
      .trim()
      .min(1, 'Enter what the endpoint is for')
      .max(80, 'Use 80 characters or fewer'),
    url: z
      .string('Enter the address')
      .trim()
      .max(500, 'Use 500 characters or fewer')
      .superRefine((text, context) => {
        const fault = faultOfUrl(text, privateHosts);
        if (fault) context.addIssue({ code: 'custom', message: fault });
      })
      .transform((text) => new URL(text).href),
    eventTypes: manyOf(z.enum(WEBHOOK_EVENT_TYPES, 'Choose from the list')).refine(
      (types) => types.length > 0,
      'Choose what to tell it of',
    ),
  });
}

/** What is wrong with an address as a receiver, in words; null when nothing is. */
export function faultOfUrl(text: string, privateHosts: readonly string[]): string | null {
  const whole = 'Enter a whole address, like https://approvals.example';
  if (!URL.canParse(text)) return whole;
  const url = new URL(text);
  const host = hostOf(url);
  const isOwn = privateHosts.includes(host);
  if (url.protocol !== 'https:' && !(isOwn && url.protocol === 'http:'))
    return 'The address must begin with https://';
  if (url.username || url.password)
    return 'Leave name and password out of the address: what we send is signed';
  if (url.hash) return 'Leave out what follows the #';
  if (isOwn) return null;
  if (
    isIP(host) ? !isPublicAddress(host) : !host.includes('.') || /\.(?:localhost|local|internal)$/.test(host)
  ) {
    return 'This address is not of the public internet. Whoever runs this server can allow hosts of your own network.';
  }
  return null;
}

export const deliveriesQuery = z.object({
  before: z.coerce
    .number()
    .int()
    .positive()
    .max(Number.MAX_SAFE_INTEGER)
    .nullable()
    .catch(null)
    .default(null),
  done: z.string().optional().catch(undefined),
});
