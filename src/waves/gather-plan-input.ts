import type { Db } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { type AudienceContact, listAudience, sizeBandOf } from '../employers/audience.ts';
import { getPolicyVersion } from '../evidence/queries.ts';
import { readTallies } from '../evidence/read-tally.ts';
import { termsOf } from '../evidence/rules/terms.ts';
import { invariant } from '../lib/errors.ts';
import { isFreeMailDomain } from '../lib/mail-address.ts';
import { hashAddress } from '../lib/tokens.ts';
import { compareNeed } from '../outreach/planner/need.ts';
import { learnRates, type Segment, type SegmentRates } from '../outreach/planner/segment-rates.ts';
import type { CredentialTopic, MeetingTopic, PlanInput } from '../outreach/planner/types.ts';
import { findPreferenceReasons, findSuppressions } from '../outreach/queries.ts';
import { effectiveProtocol } from './effective-protocol.ts';
import { gatherLimits } from './gather-limits.ts';
import {
  findFallbackPolicyVersion,
  listCredentials,
  listLedger,
  listMeetingTopics,
  listOpenAsks,
  listRequirements,
  listUnitsThatAnswered,
  type Wave,
} from './queries.ts';
import {
  type AskedBefore,
  listLapsingCounts,
  listLastAnswers,
  readHistory,
  sumAnswers,
} from './rate-queries.ts';
import type { WaveAudience, WaveProtocol, WaveTopics } from './types.ts';

const DAY_MS = 86_400_000;

/** What stands where no policy says otherwise: the reference rule. */
const NO_POLICY = { required: 10, evidenceMaxAgeMonths: 24, warnDaysBeforeLapse: 90, inState: null };

export type Need = {
  credentialId: number;
  required: number;
  shortfall: number;
  deadline: Date | null;
  evidenceMaxAgeMonths: number | null;
  /** So long before evidence ages out it is time to renew it. */
  warnDaysBeforeLapse: number;
  /** The state whose employers alone count; null where any do. */
  inState: string | null;
  policyVersionId: number | null;
  figures: { asked: number; answered: number; bothYes: number };
  /** Whether an open application of the agency needs it. */
  hasApplication: boolean;
};

/**
 * How short each credential is, by the policies of the agency's open applications; the largest shortfall where there
 * are several, the agency's usual policy where there is none.
 */
export async function listNeeds(
  db: Db,
  agencyId: number,
  credentialIds: readonly number[],
  now: Date,
): Promise<Need[]> {
  const requirements = await listRequirements(db, agencyId, credentialIds);
  const known = new Set(requirements.map((requirement) => requirement.credentialId));
  const fallback = await findFallbackPolicyVersion(db, agencyId);
  const keys = [
    ...requirements.map((requirement) => ({ ...requirement, hasApplication: true })),
    ...credentialIds
      .filter((credentialId) => !known.has(credentialId) && fallback !== null)
      .map((credentialId) => ({
        credentialId,
        policyVersionId: fallback as number,
        deadline: null,
        hasApplication: false,
      })),
  ];
  const tallies = await readTallies(db, keys, now);
  const needs = new Map<number, Need>();
  for (const [index, key] of keys.entries()) {
    const tally = tallies[index];
    invariant(tally, 'a tally per key');
    const { body } = await getPolicyVersion(db, key.policyVersionId);
    const before = needs.get(key.credentialId);
    if (before && before.shortfall >= tally.shortfall) continue;
    needs.set(key.credentialId, {
      credentialId: key.credentialId,
      required: tally.required,
      shortfall: tally.shortfall,
      deadline: key.deadline === null ? null : new Date(`${key.deadline}T00:00:00Z`),
      evidenceMaxAgeMonths: body.evidenceMaxAgeMonths,
      warnDaysBeforeLapse: body.warnDaysBeforeLapse,
      inState: termsOf(body).inState,
      policyVersionId: key.policyVersionId,
      figures: tally.figures,
      hasApplication: key.hasApplication,
    });
  }
  return credentialIds.map(
    (credentialId) =>
      needs.get(credentialId) ?? {
        credentialId,
        required: NO_POLICY.required,
        shortfall: NO_POLICY.required,
        deadline: null,
        evidenceMaxAgeMonths: NO_POLICY.evidenceMaxAgeMonths,
        warnDaysBeforeLapse: NO_POLICY.warnDaysBeforeLapse,
        inState: NO_POLICY.inState,
        policyVersionId: null,
        figures: { asked: 0, answered: 0, bothYes: 0 },
        hasApplication: false,
      },
  );
}

/** How many more are missing once evidence has aged out: those beyond what the policy requires are no loss. */
export function lapsingShortfall(
  need: { required: number; shortfall: number; figures: { bothYes: number } },
  lapsing: number,
): number {
  return Math.max(0, need.required - Math.max(0, need.figures.bothYes - lapsing) - need.shortfall);
}

/** Response rates learnt from all agencies' waves, and who was asked before. */
export async function readRates(db: Db, now: Date): Promise<{ rates: SegmentRates; before: AskedBefore }> {
  const { segments, before } = await readHistory(db, now);
  return { rates: learnRates(segments), before };
}

/** What an employer is known by when its response is expected. `before`: units asked, and whether they answered. */
export function segmentOf(
  contact: Pick<AudienceContact, 'unitId' | 'emailDomain' | 'naicsCode' | 'jobs'>,
  agencyId: number,
  before: AskedBefore,
): Segment {
  const answered = before.get(contact.unitId);
  return {
    before: answered === undefined ? 'never' : answered ? 'answered' : 'silent',
    mail: isFreeMailDomain(contact.emailDomain) ? 'free' : 'own',
    sector: (contact.naicsCode ?? '').slice(0, 2),
    size: sizeBandOf(contact.jobs),
    agencyId,
  };
}

export type ReadyWave = Pick<Wave, 'id' | 'agencyId'> & {
  audience: WaveAudience;
  topics: WaveTopics;
  protocol: WaveProtocol;
};

/** A wave's audience: the employers feature's filter, and whether they have answered before. */
export async function readAudience(db: Db, audience: WaveAudience): Promise<AudienceContact[]> {
  const { answered, ...filter } = audience;
  const contacts = await listAudience(db, filter);
  if (answered === 'any') return contacts;
  const units = await listUnitsThatAnswered(db);
  return contacts.filter((contact) => units.has(contact.unitId) === (answered === 'before'));
}

export type Gathered = { input: PlanInput & { protocol: WaveProtocol }; audience: AudienceContact[] };

/** Everything that planning a wave needs, read as of now: inside the launching transaction, under its lock. */
export async function gatherPlanInput(
  db: Db,
  deps: Pick<Deps, 'secrets'> & Partial<Pick<Deps, 'config'>>,
  wave: ReadyWave,
  facts: {
    now: Date;
    agencyZone: string;
    planAnew?: readonly number[];
    /** Holds what this wave's asks may join until the transaction ends. */
    lock?: boolean;
  },
): Promise<Gathered> {
  const { topics } = wave;
  const { now, agencyZone } = facts;
  const audience = await readAudience(db, wave.audience);
  const protocol = await effectiveProtocol(db, wave, {
    agencyZone,
    states: audience.map(({ usState }) => usState),
  });
  const needs = await listNeeds(db, wave.agencyId, topics.credentialIds, now);
  const needOf = new Map(needs.map((need) => [need.credentialId, need]));
  const renewBefore = (need: Need) =>
    new Date(protocol.closeAt.getTime() + need.warnDaysBeforeLapse * DAY_MS);
  const lapsing = await listLapsingCounts(
    db,
    needs.map((need) => ({ ...need, before: renewBefore(need) })),
  );
  const credentials = (await listCredentials(db, topics.credentialIds)).map((credential): CredentialTopic => {
    const need = needOf.get(credential.id);
    invariant(need, 'a need per credential');
    return {
      kind: 'credential',
      credentialId: credential.id,
      naicsPrefixes: credential.naicsPrefixes,
      required: need.required,
      shortfall: need.shortfall,
      lapsing: lapsingShortfall(need, lapsing.get(credential.id) ?? 0),
      renewBefore: renewBefore(need),
      answers: { answered: need.figures.answered, bothYes: need.figures.bothYes },
      regions: need.inState === null ? [] : [need.inState],
      priority: 0,
      deadline: need.deadline,
    };
  });
  const meetings = (await listMeetingTopics(db, wave.agencyId, topics.meetingIds)).map(
    (meeting): MeetingTopic => {
      const sectors = meeting.freeSeats.map((seat) => seat.naicsPrefix);
      const anySector = sectors.length === 0 || sectors.includes(null);
      return {
        kind: 'meeting',
        meetingId: meeting.id,
        naicsPrefixes: anySector ? [] : [...new Set(sectors.filter((sector) => sector !== null))].sort(),
        invite: protocol.invitePerMeeting,
        answerBy: meeting.startsAt,
      };
    },
  );
  const hashes = audience.map((contact) => hashAddress(deps.secrets.suppressionKey, contact.email));
  const suppressed = await findSuppressions(db, hashes);
  const preferences = await findPreferenceReasons(db, audience, now, 'planned');
  const { budget } = protocol;
  const ledgerDays = Math.max(
    budget.person.newInvitationsDays,
    budget.person.touchesDays,
    budget.employer.peopleDays,
    budget.employer.touchesDays,
    budget.person.minBusinessDaysBetween * 3,
  );
  const { rates, before } = await readRates(db, now);
  return {
    audience,
    input: {
      now,
      seed: `wave ${wave.id}`,
      agencyZone,
      protocol,
      topics: [...credentials.sort(compareNeed), ...meetings],
      candidates: audience.map((contact, index) => ({
        contactId: contact.contactId,
        employerId: contact.employerId,
        unitId: contact.unitId,
        naics: contact.naicsCode,
        region: contact.usState,
        response: rates.of(segmentOf(contact, wave.agencyId, before)),
        state: contact.state,
        suppressed: suppressed.has((hashes[index] as Buffer).toString('hex')),
        preference: preferences(contact.contactId, wave.agencyId, true),
        hiringAuthority: contact.hiringAuthority === true,
        zone: contact.timeZone,
        domain: contact.emailDomain,
      })),
      ledger: await listLedger(
        db,
        new Date(now.getTime() - ledgerDays * 86_400_000),
        facts.planAnew ? { waveId: wave.id, contactIds: facts.planAnew } : null,
      ),
      answered: await listLastAnswers(db, needs, now),
      open: await listOpenAsks(db, topics),
      ...(await gatherLimits(
        db,
        deps,
        { id: wave.id, agencyId: wave.agencyId, mostAsks: protocol.maxAsksPerTouch },
        { ...facts, contactIds: audience.map(({ contactId }) => contactId) },
      )),
      history: { asked: rates.asked, answered: rates.answered, ...(await sumAnswers(db)) },
    },
  };
}
