import { API_SCOPES, type ApiScope } from '../agencies/types.ts';
import { KEY_DAYS } from './forms.ts';
import { apiPaths } from './paths.ts';
import { isKeyAlive, SCOPE_WORDS } from './rules.ts';

const DAY_WORDS: Record<(typeof KEY_DAYS)[number], string> = {
  90: '90 days',
  365: 'One year',
  730: 'Two years',
};

export function apiKeysPage(facts: {
  keys: {
    id: number;
    name: string;
    prefix: string;
    scopes: string[];
    createdAt: Date;
    createdBy: string;
    expiresAt: Date;
    revokedAt: Date | null;
    lastUsedAt: Date | null;
  }[];
  created: { key: string; name: string; expiresAt: Date } | null;
  mayManage: boolean;
  zone: string;
  now: Date;
  done: unknown;
}) {
  return {
    title: 'API keys',
    zone: facts.zone,
    notice: facts.done === 'revoked' ? { kind: 'success' as const, text: 'The key no longer works.' } : null,
    keysHref: apiPaths.keys,
    documentHref: apiPaths.openapi,
    created: facts.created,
    keys: facts.keys.map((key) => {
      const isAlive = isKeyAlive(key, facts.now);
      return {
        name: key.name,
        prefix: key.prefix,
        scopes: key.scopes.map((scope) => SCOPE_WORDS[scope as ApiScope] ?? scope),
        createdAt: key.createdAt,
        createdBy: key.createdBy,
        expiresAt: key.expiresAt,
        lastUsedAt: key.lastUsedAt,
        state: isAlive
          ? { kind: 'good', text: 'Works' }
          : { kind: 'quiet', text: key.revokedAt ? 'Revoked' : 'Expired' },
        revokeAction: isAlive && facts.mayManage ? apiPaths.revokeKey(key.id) : null,
      };
    }),
    action: facts.mayManage ? apiPaths.keys : null,
    scopes: API_SCOPES.map((scope) => ({ value: scope, text: SCOPE_WORDS[scope], hint: scope })),
    days: KEY_DAYS.map((days) => ({ value: days, text: DAY_WORDS[days] })),
  };
}
