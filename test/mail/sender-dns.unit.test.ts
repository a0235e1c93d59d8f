import { describe, expect, it } from 'vitest';
import { readSenderDns } from '../../src/mail/read-sender-dns.ts';
import { isCheckableDomain, judgeSenderDns, treeWalk } from '../../src/mail/sender-dns.ts';

type Zone = Record<string, string[] | Error>;
const GOOD: Zone = {
  'mail.state.gov': ['v=spf1 ip4:192.0.2.1 -all'],
  'k1._domainkey.mail.state.gov': ['v=DKIM1; k=rsa; p=MIIB'],
  '_dmarc.state.gov': ['v=DMARC1; p=reject; rua=mailto:dmarc@state.gov'],
};
const refused = Object.assign(new Error('refused'), { code: 'ESERVFAIL' });

async function judge(zone: Zone, sender: { from?: string; dkim?: string | null; bounce?: string } = {}) {
  const asked: string[] = [];
  const findings = judgeSenderDns(
    await readSenderDns(
      async (name) => {
        asked.push(name);
        const answer = zone[name] ?? [];
        if (answer instanceof Error) throw answer;
        return answer;
      },
      {
        fromAddress: `ask@${sender.from ?? 'mail.state.gov'}`,
        bounceDomain: sender.bounce ?? null,
        dkim: sender.dkim === null ? null : { domain: sender.dkim ?? 'mail.state.gov', selector: 'k1' },
      },
    ),
  );
  return {
    asked,
    findings,
    failed: findings.filter(({ ok }) => ok === false).map(({ level, says }) => `${level}: ${says}`),
    open: findings.filter(({ ok }) => ok === null).map(({ check }) => check),
  };
}

describe('DNS of a From domain (E9)', () => {
  it('passes what is published as it should be', async () => {
    const { findings } = await judge(GOOD);
    expect(findings.map(({ check, level, ok }) => `${check} ${level} ${ok}`)).toEqual([
      'SPF should true',
      'DKIM must true',
      'DMARC must true',
    ]);
  });

  it.each<[string, Zone, Parameters<typeof judge>[1], RegExp[]]>([
    ['no SPF', { 'mail.state.gov': ['google-site-verification=x'] }, {}, [/^should: .*no SPF/]],
    ['two SPF records', { 'mail.state.gov': ['v=spf1 -all', 'v=spf1 mx -all'] }, {}, [/^should: .*2 SPF/]],
    ['SPF for anybody', { 'mail.state.gov': ['v=spf1 +all'] }, {}, [/^should: .*anybody/]],
    ['the SPF of the bounce domain', {}, { bounce: 'bounces.state.gov' }, [/^should: bounces\.state\.gov/]],
    ['no DKIM key', { 'k1._domainkey.mail.state.gov': [] }, {}, [/^must: k1\._domainkey.*no key/]],
    ['a revoked key', { 'k1._domainkey.mail.state.gov': ['v=DKIM1; p='] }, {}, [/^must: .*revoked/]],
    ['two keys', { 'k1._domainkey.mail.state.gov': ['p=a', 'p=b'] }, {}, [/^must: .*2 keys/]],
    [
      'a signer of another organization',
      { 'k1._domainkey.sender.com': ['p=a'], '_dmarc.sender.com': ['v=DMARC1; p=none'] },
      { dkim: 'sender.com' },
      [/^must: sender\.com signs/],
    ],
    [
      'strict alignment',
      { '_dmarc.state.gov': ['v=DMARC1; p=reject; adkim=s'], 'k1._domainkey.state.gov': ['p=a'] },
      { dkim: 'state.gov' },
      [/^must: .*adkim=s/],
    ],
    ['no DMARC', { '_dmarc.state.gov': [] }, {}, [/^must: .*no DMARC/]],
    [
      'two DMARC records',
      { '_dmarc.state.gov': ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] },
      {},
      [/^must: .*several/],
    ],
    ['a policy that does not exist', { '_dmarc.state.gov': ['v=DMARC1; p=block'] }, {}, [/^must: .*block/]],
    [
      'tags that RFC 9989 removed',
      { '_dmarc.state.gov': ['v=DMARC1; p=none; pct=50; ri=86400; rf=afrf'] },
      {},
      [/^should: .*pct, rf, ri/],
    ],
  ])('tells %s', async (_case, change, sender, expected) => {
    const { failed } = await judge({ ...GOOD, ...change }, sender);
    expect(failed).toHaveLength(expected.length);
    for (const [i, pattern] of expected.entries()) expect(failed[i]).toMatch(pattern);
  });

  it('aligns a subdomain and its parent by the tree walk, and keeps domains under a public suffix apart', async () => {
    const parent = { ...GOOD, 'k1._domainkey.state.gov': ['p=a'] };
    expect((await judge(parent, { dkim: 'state.gov' })).failed).toEqual([]);
    const suffix = {
      '_dmarc.gov': ['v=DMARC1; p=reject; psd=y'],
      'k1._domainkey.other.gov': ['p=a'],
      'state.gov': ['v=spf1 -all'],
      '_dmarc.state.gov': ['v=DMARC1; p=none'],
    };
    expect((await judge(suffix, { from: 'state.gov', dkim: 'other.gov' })).failed).toEqual([
      expect.stringMatching(/^must: other\.gov signs/),
    ]);
    const own = {
      ...GOOD,
      '_dmarc.mail.state.gov': ['v=DMARC1; p=none; psd=n'],
      'k1._domainkey.state.gov': ['p=a'],
    };
    expect((await judge(own, { dkim: 'state.gov' })).failed).toHaveLength(1);
  });

  it('fails nothing that it could not ask', async () => {
    const down = Object.fromEntries(
      [...Object.keys(GOOD), '_dmarc.mail.state.gov'].map((name) => [name, refused]),
    );
    const { failed, open } = await judge(down);
    expect(failed).toEqual([]);
    expect(open).toEqual(['SPF', 'DKIM', 'DMARC']);
  });

  it('asks nobody about domains that do not exist', async () => {
    const { asked, failed, open } = await judge({}, { from: 'workforce.example' });
    expect(asked).toEqual([]);
    expect(failed).toEqual([]);
    expect(open).toEqual(['DMARC']);
    expect(['localhost', '127.0.0.1', '::1', 'a.test', 'example.com'].filter(isCheckableDomain)).toEqual([]);
  });

  it('says that what a provider signs cannot be seen here', async () => {
    const { failed, open } = await judge(GOOD, { dkim: null });
    expect(failed).toEqual([]);
    expect(open).toEqual(['DKIM']);
  });

  it('walks the tree as RFC 9989 says', () => {
    expect(treeWalk('a.mail.state.gov')).toEqual(['a.mail.state.gov', 'mail.state.gov', 'state.gov', 'gov']);
    expect(treeWalk('a.b.c.d.e.f.g.h.i.gov').slice(0, 2)).toEqual([
      'a.b.c.d.e.f.g.h.i.gov',
      'd.e.f.g.h.i.gov',
    ]);
  });
});
