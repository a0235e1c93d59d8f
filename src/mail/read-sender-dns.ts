import { Resolver } from 'node:dns/promises';
import { type DmarcStep, isCheckableDomain, type SenderDns, type TxtAnswer, treeWalk } from './sender-dns.ts';

/** The TXT records of a name, each joined from its parts; empty when there are none. Throws when DNS does not answer. */
export type ResolveTxt = (name: string) => Promise<string[]>;

const TIMEOUT_MS = 2_000;
const TRIES = 2;

export const resolveTxt: ResolveTxt = async (name) => {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  try {
    return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    throw error;
  }
};

/** Fetches what judgeSenderDns looks at. Never throws: what could not be asked is said in the answer. */
export async function readSenderDns(
  resolve: ResolveTxt,
  sender: {
    fromAddress: string;
    bounceDomain: string | null;
    dkim: { domain: string; selector: string } | null;
  },
): Promise<SenderDns> {
  const fromDomain = sender.fromAddress.slice(sender.fromAddress.lastIndexOf('@') + 1).toLowerCase();
  const envelopeDomain = sender.bounceDomain ?? fromDomain;
  const { dkim } = sender;
  const checkable = isCheckableDomain(fromDomain);
  const ask = async (name: string): Promise<TxtAnswer> => {
    if (!checkable) return { failed: 'not asked' };
    try {
      return { records: await resolve(name) };
    } catch (error) {
      return { failed: (error as NodeJS.ErrnoException).code ?? 'no answer' };
    }
  };
  const walk = (domain: string): Promise<DmarcStep[]> =>
    Promise.all(
      treeWalk(domain).map(async (name) => ({ domain: name, answer: await ask(`_dmarc.${name}`) })),
    );
  const [spf, key, dmarc, dkimDmarc] = await Promise.all([
    ask(envelopeDomain),
    dkim && ask(`${dkim.selector}._domainkey.${dkim.domain}`),
    walk(fromDomain),
    dkim ? walk(dkim.domain) : [],
  ]);
  return { fromDomain, envelopeDomain, spf, dkim: dkim && key && { ...dkim, key }, dmarc, dkimDmarc };
}
