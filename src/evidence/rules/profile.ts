import type { EmployerProfile, SizeBand, UnitFacts } from '../types.ts';

/**
 * Where, how large and of which industry the employer is that an answer came from. What its own record leaves blank is
 * taken from the first record of the same unit that knows it.
 */
export function profileOf(unit: Pick<UnitFacts, 'profiles'>, employerId: number): EmployerProfile {
  const known = unit.profiles
    .toSorted((a, b) => a.employerId - b.employerId)
    .sort((a, b) => Number(b.employerId === employerId) - Number(a.employerId === employerId));
  const located = known.find(({ county }) => county.trim() !== '');
  return {
    employerId,
    // A county is of its state: both come from one record.
    state: (known.find(({ state }) => state.trim() !== '')?.state ?? '').trim().toUpperCase(),
    county: located ? `${located.state.trim().toUpperCase()}/${located.county.trim().toLowerCase()}` : '',
    naicsCode: known.find(({ naicsCode }) => naicsCode)?.naicsCode ?? null,
    size: known.find(({ size }) => size)?.size ?? null,
  };
}

/** Whether the employer is of an industry that the credential names; a credential that names none fits all. */
export function isRelated(
  { naicsCode }: Pick<EmployerProfile, 'naicsCode'>,
  credentialNaics: readonly string[],
): boolean {
  if (credentialNaics.length === 0) return true;
  return naicsCode !== null && credentialNaics.some((prefix) => naicsCode.startsWith(prefix));
}

const JOINT_SECTORS: Readonly<Record<string, string>> = { 32: '31', 33: '31', 45: '44', 49: '48' };

/** The NAICS sector by its first two digits; manufacturing, retail and transport have several and are one each. */
export function sectorOf(naicsCode: string | null): string | null {
  const two = naicsCode?.slice(0, 2) ?? '';
  return two.length < 2 ? null : (JOINT_SECTORS[two] ?? two);
}

export function sizeBandOf(jobs: number | null): SizeBand | null {
  if (jobs === null || jobs < 0) return null;
  if (jobs < 10) return 'under_10';
  if (jobs < 50) return '10_to_49';
  return jobs < 250 ? '50_to_249' : '250_or_more';
}
