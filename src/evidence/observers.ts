import type { Tx } from '../db/client.ts';
import type { EmployerObservers } from '../employers/observers.ts';
import type { AskObservers, SentAsk } from '../outreach/observers.ts';
import { findConnections } from './find-connections.ts';
import { addAskedPositions, listUnitsTouching, lockUnitsOf, type UnitOfCredential } from './queries.ts';
import { refreshPositions } from './refresh-positions.ts';

/** Keeps the counters of asked and delivered employers in step with the mail. */
export const askObservers: AskObservers = {
  async asksSent(tx, asks) {
    const { pairs, now } = await lockPairs(tx, asks);
    if (now) await addAskedPositions(tx, pairs, now);
  },
  async asksUndelivered(tx, asks, at) {
    const { pairs, now } = await lockPairs(tx, asks);
    if (now) await refreshPositions(tx, pairs, at ?? now);
  },
};

/** Counts again what a merge, a split or a duplicate proposal changed. */
export const employerObservers: EmployerObservers = {
  async unitsChanged(tx, { employerIds, unitIds, now }) {
    const units = await lockUnitsOf(tx, [...employerIds, ...unitIds]);
    const affected = [...new Set([...unitIds, ...units.values()])];
    await refreshPositions(tx, await listUnitsTouching(tx, affected, employerIds), now);
  },
  async identityChanged(tx, { employerIds, now }) {
    const connected = await findConnections(tx, now);
    const units = await lockUnitsOf(tx, [...employerIds, ...connected]);
    await refreshPositions(tx, await listUnitsTouching(tx, [...new Set(units.values())], []), now);
  },
};

async function lockPairs(
  tx: Tx,
  asks: readonly SentAsk[],
): Promise<{ pairs: UnitOfCredential[]; now: Date | null }> {
  const ofCredentials = asks.filter(({ credentialId }) => credentialId !== null);
  const units = await lockUnitsOf(
    tx,
    ofCredentials.map(({ employerId }) => employerId),
  );
  return {
    pairs: ofCredentials.map(({ credentialId, employerId }) => ({
      credentialId: credentialId!,
      unitId: units.get(employerId)!,
    })),
    now: ofCredentials.reduce<Date | null>(
      (latest, { askedAt }) => (latest === null || askedAt > latest ? askedAt : latest),
      null,
    ),
  };
}
