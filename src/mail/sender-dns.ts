/** What DNS says of one name: its TXT records, or that it could not be asked. */
export type TxtAnswer = { records: string[] } | { failed: string };

/** Everything that judging a From domain takes, as fetched (read-sender-dns.ts). */
export type SenderDns = {
  fromDomain: string;
  /** Domain of the envelope sender, whose SPF is looked at. */
  envelopeDomain: string;
  spf: TxtAnswer;
  /** Null when this installation does not sign. */
  dkim: { domain: string; selector: string; key: TxtAnswer } | null;
  /** `_dmarc` records from the From domain upwards, in the order of the tree walk, and those of the signing domain. */
  dmarc: DmarcStep[];
  dkimDmarc: DmarcStep[];
};
export type DmarcStep = { domain: string; answer: TxtAnswer };

export type DnsFinding = {
  check: 'SPF' | 'DKIM' | 'DMARC';
  /** A failed `must` keeps waves from being launched. */
  level: 'must' | 'should';
  /** Null: could not be checked. */
  ok: boolean | null;
  says: string;
};

/** Domains that name nobody on the internet (RFC 2606, RFC 6761), and machines in place of domains. */
export function isCheckableDomain(domain: string): boolean {
  if (!domain.includes('.') || /^[\d.]+$/.test(domain) || domain.includes(':')) return false;
  return !/(^|\.)(example|test|invalid|localhost|local|internal|example\.(com|net|org))$/i.test(domain);
}

/**
 * The names of the DNS tree walk of RFC 9989: the domain itself, then one label less each time; a domain of more than
 * eight labels is cut to seven after the first.
 */
export function treeWalk(domain: string): string[] {
  const labels = domain.toLowerCase().split('.');
  const names = [labels.join('.')];
  let rest = labels.length > 8 ? labels.slice(-7) : labels.slice(1);
  for (; rest.length > 0; rest = rest.slice(1)) names.push(rest.join('.'));
  return names;
}

type Tags = Map<string, string>;

/** `tag=value; tag=value`, names in lower case. */
function parseTags(record: string): Tags {
  return new Map(
    record.split(';').flatMap((part): [string, string][] => {
      const at = part.indexOf('=');
      return at < 1 ? [] : [[part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()]];
    }),
  );
}

/** The one DMARC record of a name; several count as none. */
function dmarcOf(answer: TxtAnswer): Tags | null {
  if (!('records' in answer)) return null;
  const found = answer.records.filter((record) => /^v\s*=\s*DMARC1\s*(;|$)/.test(record));
  return found.length === 1 ? parseTags(found[0]!) : null;
}

/** The organizational domain that a tree walk leads to; the domain itself when nothing is published. */
export function organizationalDomain(steps: readonly DmarcStep[]): string {
  let best = steps[0]?.domain ?? '';
  for (const [index, { domain, answer }] of steps.entries()) {
    const tags = dmarcOf(answer);
    if (!tags) continue;
    if (tags.get('psd') === 'n') return domain;
    if (tags.get('psd') === 'y' && index > 0) return steps[index - 1]!.domain;
    best = domain;
  }
  return best;
}

const REMOVED_TAGS = ['pct', 'rf', 'ri'];

/** What mailbox providers will find when mail comes from this domain (E9). */
export function judgeSenderDns(facts: SenderDns): DnsFinding[] {
  const { fromDomain } = facts;
  if (!isCheckableDomain(fromDomain)) {
    const says = `${fromDomain} is no domain of the internet: it cannot be checked`;
    return [{ check: 'DMARC', level: 'must', ok: null, says }];
  }
  return [judgeSpf(facts), judgeDkim(facts), ...judgeDmarc(facts)];
}

function judgeSpf({ envelopeDomain, spf }: SenderDns): DnsFinding {
  const finding = (ok: boolean | null, says: string): DnsFinding => ({
    check: 'SPF',
    level: 'should',
    ok,
    says,
  });
  if ('failed' in spf) return finding(null, `${envelopeDomain}: cannot be checked now (${spf.failed})`);
  const found = spf.records.filter((record) => /^v=spf1( |$)/i.test(record));
  if (found.length === 0)
    return finding(false, `${envelopeDomain} has no SPF record that names your mail server`);
  if (found.length > 1)
    return finding(false, `${envelopeDomain} has ${found.length} SPF records, so none counts`);
  if (/(^| )\+?all( |$)/i.test(found[0]!))
    return finding(false, `${envelopeDomain} lets anybody send (+all)`);
  return finding(true, `${envelopeDomain} names who may send`);
}

function judgeDkim({ fromDomain, dkim, dmarc, dkimDmarc }: SenderDns): DnsFinding {
  const finding = (ok: boolean | null, says: string, level: DnsFinding['level'] = 'must'): DnsFinding => ({
    check: 'DKIM',
    level,
    ok,
    says,
  });
  if (!dkim) {
    return finding(
      null,
      `no DKIM_ settings: your provider must sign for ${fromDomain}, which cannot be checked here`,
      'should',
    );
  }
  const name = `${dkim.selector}._domainkey.${dkim.domain}`;
  if ('failed' in dkim.key) return finding(null, `${name}: cannot be checked now (${dkim.key.failed})`);
  const keys = dkim.key.records.map(parseTags).filter((tags) => tags.has('p'));
  if (keys.length === 0) return finding(false, `${name} holds no key: publish the one that signs`);
  if (keys.length > 1) return finding(false, `${name} holds ${keys.length} keys: leave one`);
  if (keys[0]!.get('p') === '') return finding(false, `${name} is revoked (its p= is empty)`);
  const strict = appliedDmarc(dmarc)?.tags.get('adkim') === 's';
  const aligned = strict
    ? dkim.domain.toLowerCase() === fromDomain.toLowerCase()
    : organizationalDomain(dkimDmarc) === organizationalDomain(dmarc);
  if (!aligned) {
    return finding(
      false,
      `${dkim.domain} signs, but mail comes from ${fromDomain}: ${strict ? 'its DMARC record asks for the same domain (adkim=s)' : 'they belong to no common domain'}`,
    );
  }
  return finding(true, `${name} holds a key, and ${dkim.domain} may sign for ${fromDomain}`);
}

/** The record that applies: the domain's own, else its organizational domain's. */
function appliedDmarc(steps: readonly DmarcStep[]): { domain: string; tags: Tags } | null {
  const organization = organizationalDomain(steps);
  for (const { domain, answer } of steps.filter((step, i) => i === 0 || step.domain === organization)) {
    const tags = dmarcOf(answer);
    if (tags) return { domain, tags };
  }
  return null;
}

function judgeDmarc({ fromDomain, dmarc }: SenderDns): DnsFinding[] {
  const finding = (ok: boolean | null, says: string, level: DnsFinding['level'] = 'must'): DnsFinding => ({
    check: 'DMARC',
    level,
    ok,
    says,
  });
  const applied = appliedDmarc(dmarc);
  if (!applied) {
    const failed = dmarc
      .map(({ answer }) => ('failed' in answer ? answer.failed : null))
      .find((code) => code !== null);
    if (failed) return [finding(null, `${fromDomain}: cannot be checked now (${failed})`)];
    const several = dmarc.find(
      ({ answer }) =>
        'records' in answer && answer.records.filter((record) => /^v\s*=\s*DMARC1/.test(record)).length > 1,
    );
    return [
      finding(
        false,
        several
          ? `_dmarc.${several.domain} has several DMARC records, so none counts`
          : `${fromDomain} has no DMARC record: publish one at _dmarc.${fromDomain}`,
      ),
    ];
  }
  const { domain, tags } = applied;
  const policy = (domain === dmarc[0]?.domain ? undefined : tags.get('sp')) ?? tags.get('p');
  const findings: DnsFinding[] = [];
  if (policy !== undefined && !['none', 'quarantine', 'reject'].includes(policy)) {
    findings.push(
      finding(false, `_dmarc.${domain} has a policy that does not exist: ${policy.slice(0, 20)}`),
    );
  } else {
    // RFC 9989: without p= the record means p=none.
    findings.push(finding(true, `_dmarc.${domain} applies, with the policy ${policy ?? 'none'}`));
  }
  const removed = REMOVED_TAGS.filter((tag) => tags.has(tag));
  if (removed.length > 0) {
    findings.push(
      finding(
        false,
        `_dmarc.${domain} uses ${removed.join(', ')}, which RFC 9989 removed: take ${removed.length > 1 ? 'them' : 'it'} out`,
        'should',
      ),
    );
  }
  return findings;
}
