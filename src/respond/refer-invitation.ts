import type { Deps } from '../deps.ts';

export type ReferOutcome = { referred: true } | { referred: false; reason: 'own_address' | 'not_possible' };

export async function referInvitation(
  _deps: Pick<Deps, 'db' | 'clock'>,
  _input: { invitationId: number; colleague: { name: string; email: string; title: string } },
): Promise<ReferOutcome> {
  return { referred: false, reason: 'not_possible' };
}
