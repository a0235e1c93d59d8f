import type { StoredCheckpoint } from '../ledger/make-checkpoint.ts';
import { ledgerPaths } from '../ledger/paths.ts';
import { currentKey, type SigningKey } from '../ledger/rules/keys.ts';
import { noteVerifierKey } from '../lib/signed-note.ts';

type Origin = { origin: string; openedAt: Date; because: string };

export function transparencyPage(facts: {
  latest: StoredCheckpoint | null;
  checkpoints: readonly StoredCheckpoint[];
  more: boolean;
  isFirst: boolean;
  keys: readonly SigningKey[];
  origins: readonly Origin[];
  now: Date;
  publicUrl: string;
}) {
  const { latest, checkpoints, keys, now } = facts;
  const current = currentKey(keys, now);
  const origin = latest?.origin ?? null;
  const last = checkpoints.at(-1);
  return {
    title: 'Transparency log',
    breadcrumbs: [{ href: '/', text: 'Home' }],
    latest: latest && {
      size: latest.size,
      note: latest.note,
      madeAt: moment(latest.madeAt),
      origin: latest.origin,
      textHref: ledgerPaths.latest,
    },
    checkpoints: checkpoints.map((one, at) => ({
      size: one.size,
      madeAt: moment(one.madeAt),
      root: one.root.toString('base64'),
      href: ledgerPaths.checkpoint(one.size),
      consistencyHref:
        checkpoints[at + 1] && checkpoints[at + 1]!.origin === one.origin
          ? `${ledgerPaths.consistency}?from=${checkpoints[at + 1]!.size}&to=${one.size}`
          : null,
    })),
    previous: facts.isFirst ? null : { href: ledgerPaths.transparency },
    next: facts.more && last ? { href: `${ledgerPaths.transparency}?before=${last.id}` } : null,
    keys: [...keys].reverse().map((key) => ({
      kid: key.kid,
      state:
        key.kid === current?.kid
          ? { kind: 'good', text: 'Signs' }
          : key.notBefore > now
            ? { kind: 'active', text: 'Will sign' }
            : { kind: 'quiet', text: 'Retired' },
      notBefore: moment(key.notBefore),
      retiredAt: key.retiredAt && moment(key.retiredAt),
      verifierKey: origin && noteVerifierKey(origin, key.publicKey),
    })),
    jwksHref: ledgerPaths.jwks,
    checkpointsHref: ledgerPaths.checkpoints,
    entriesHref: `${ledgerPaths.entries}?from=0&count=100`,
    inclusionHref: latest && `${ledgerPaths.inclusion}?index=0&size=${latest.size}`,
    consistencyHref: latest && `${ledgerPaths.consistency}?from=1&to=${latest.size}`,
    jwksUrl: `${facts.publicUrl}${ledgerPaths.jwks}`,
    reopened: facts.origins.slice(1).map(({ origin, openedAt, because }) => ({
      origin,
      openedAt: moment(openedAt),
      because,
    })),
  };
}

/** Short, and the same everywhere: whoever compares checkpoints does not live here. */
function moment(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
