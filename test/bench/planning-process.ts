import { performance } from 'node:perf_hooks';
import { planTouches } from '../../src/outreach/planner/plan-touches.ts';
import { aCandidate, aCredential, aPlanInput, aProtocol, later } from '../outreach/planner/worlds.ts';

/** One plan in a process of its own: planning-process.ts ASKS. Prints its figures as JSON. */
export type PlanningFigures = { asks: number; contacts: number; ms: number; peakMb: number };

const ASKS_EACH = 4;
const CREDENTIALS = 400;
const SECTORS = ['622110', '238210', '541512', '484121', '332710', '721110', '811111', '336411'];
const ZONES = ['America/Denver', 'America/New_York', 'America/Chicago', 'America/Los_Angeles', null];

const contacts = Number(process.argv[2]) / ASKS_EACH;
/** One to three people an employer, as audiences have them, of eight sectors in five zones; a tenth have answered something. */
const input = aPlanInput({
  protocol: aProtocol({
    sendUntil: later(30),
    remindAt: [later(40)],
    closeAt: later(60),
    maxAsksPerTouch: ASKS_EACH,
    dailyCapacity: Math.ceil(contacts / 10),
    relevance: { sectorFit: true, unknownSector: 'ask', hiringAuthorityOnly: false },
  }),
  candidates: Array.from({ length: contacts }, (_, i) =>
    aCandidate(i + 1, {
      employerId: Math.floor(i / 2) + 1,
      unitId: Math.floor(i / 2) + 1,
      naics: SECTORS[Math.floor(i / 2) % SECTORS.length]!,
      zone: ZONES[i % ZONES.length]!,
      hiringAuthority: i % 3 === 0,
    }),
  ),
  topics: Array.from({ length: CREDENTIALS }, (_, i) =>
    aCredential(i + 1, {
      naicsPrefixes: [SECTORS[i % SECTORS.length]!.slice(0, 2)],
      required: 10,
      shortfall: (i * 7) % 11,
    }),
  ),
  answered: Array.from({ length: Math.floor(contacts / 10) }, (_, i) => ({
    credentialId: (i % CREDENTIALS) + 1,
    unitId: i + 1,
    answeredAt: later(-30),
  })),
});

const from = performance.now();
const plan = planTouches(input);
const ms = performance.now() - from;
const asks = plan.touches.reduce((sum, touch) => sum + touch.asks.length, 0);
const peakMb = process.resourceUsage().maxRSS / 1_024;
process.stdout.write(JSON.stringify({ asks, contacts, ms, peakMb } satisfies PlanningFigures));
