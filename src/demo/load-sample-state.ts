import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { addStaff } from '../agencies/add-staff.ts';
import { createAgency, type NewAgency } from '../agencies/create-agency.ts';
import { createList } from '../approvals/create-list.ts';
import { submitApplication } from '../approvals/submit-application.ts';
import { addSeats } from '../committees/add-seats.ts';
import { createCommittee } from '../committees/create-committee.ts';
import { addDays } from '../committees/rules.ts';
import { scheduleMeeting } from '../committees/schedule-meeting.ts';
import {
  confirmCredentials,
  previewCredentials,
  receiveCredentials,
} from '../credentials/import-credentials.ts';
import type { Deps } from '../deps.ts';
import { confirmImport } from '../employers/confirm-import.ts';
import { previewImport } from '../employers/preview-import.ts';
import { receiveImport } from '../employers/receive-import.ts';
import { WYOMING } from '../evidence/presets.ts';
import { csvTable } from '../lib/csv-write.ts';
import { invariant } from '../lib/errors.ts';
import { seededRandom } from '../lib/seeded-random.ts';
import { dayIn, instantOf, wallTime } from '../lib/zoned-time.ts';
import type { Staff } from '../waves/create-wave.ts';
import { findCredentialsByName, listSampleEmployers } from './queries.ts';
import { samplePeople } from './sample-people.ts';

const TIME_ZONE = 'America/Denver';

/** Agencies of a state that does not exist; its employers and credentials are real, its people are invented. */
const K12: NewAgency = agency(
  'k12',
  'Sample State Office of Career and Technical Education',
  'Career Education',
);
const WORKFORCE: NewAgency = agency(
  'workforce',
  'Sample State Colleges and Workforce Board',
  'Workforce Board',
);

function agency(slug: string, name: string, shortName: string): NewAgency {
  return {
    slug,
    name,
    shortName,
    mailFromName: name,
    mailFromAddress: `employers@${slug}.example`,
    replyTo: `questions@${slug}.example`,
    postalAddress: '100 Sample Avenue, Helena, MT 59601',
    phone: '(406) 555-0100',
    timeZone: TIME_ZONE,
    stateCode: 'MT',
  };
}

/** What the wave asks about: well known and hardly known credentials of four industries. */
export const ASKED_CREDENTIALS = [
  'Basic Life Support (BLS) Provider',
  'Certified Clinical Medical Assistant (CCMA)',
  'Certified Phlebotomy Technician (CPT)',
  'Certified Medical Administrative Assistant (CMAA)',
  'NCCER Core',
  'OSHA 10-Hour Construction Industry',
  'EPA Section 608 Technician Certification',
  'Mobile Crane Operator',
  'ServSafe Manager',
  'ServSafe Food Handler',
  'Certified Guest Service Professional (CGSP)',
  'AWS Certified Welder',
  'Certified Production Technician (CPT)',
] as const;

/** Those that the colleges' board considers too. */
const ADULT_CREDENTIALS = /Medical Assistant|Phlebotomy/;

/** The industries of these credentials, as NAICS sectors. */
export const ASKED_SECTORS = ['23', '31', '32', '33', '62', '72'] as const;

/** About this credential two people of one employer contradict each other, which leaves it one short. */
export const DISPUTED_CREDENTIAL = /EPA Section 608/;

export type SampleState = {
  k12: { agencyId: number; editor: Staff; approver: Staff; listId: number };
  workforce: { agencyId: number; editor: Staff; approver: Staff };
  /** What the schools' wave asks about. */
  credentialIds: number[];
  /** What the colleges ask about, in part the same. */
  adultCredentialIds: number[];
  meetingId: number;
};

/**
 * Fills an empty installation through the use cases that staff work with: two agencies that share one employer base,
 * real employers, invented people, real credentials, lists under Wyoming's rule, a committee with a meeting.
 */
export async function loadSampleState(
  deps: Deps,
  options: { seed: string; onStep(text: string): void },
): Promise<SampleState> {
  const { onStep } = options;
  const now = deps.clock.now();
  const k12 = await createAgency(deps.db, K12, now);
  const workforce = await createAgency(deps.db, WORKFORCE, now);
  const editor = await staff(deps, k12.id, 'Robin Doe', 'robin.doe@k12.example', 'admin');
  const approver = await staff(deps, k12.id, 'Kim Roe', 'kim.roe@k12.example', 'approver');
  const neighbour = await staff(deps, workforce.id, 'Lee Poe', 'lee.poe@workforce.example', 'admin');
  const second = await staff(deps, workforce.id, 'Jo Coe', 'jo.coe@workforce.example', 'approver');

  onStep('employers');
  await importTable(
    deps,
    editor,
    'employers',
    'employers-montana.csv',
    createReadStream(dataFile('employers-montana.csv')),
  );
  onStep('invented contacts');
  const people = csvTable(
    CONTACT_HEADERS,
    contactRows(await listSampleEmployers(deps.db), options.seed),
    (row) => row,
  );
  await importTable(deps, editor, 'contacts', 'invented-contacts.csv', Readable.from(people));
  onStep('credentials');
  await importTable(
    deps,
    editor,
    'credentials',
    'credentials-sample.csv',
    createReadStream(dataFile('credentials-sample.csv')),
  );

  onStep('lists and committee');
  const asked = await findCredentialsByName(deps.db, ASKED_CREDENTIALS);
  invariant(
    asked.length === ASKED_CREDENTIALS.length,
    'the sample has every credential that the wave asks about',
  );
  const credentialIds = asked.map(({ id }) => id);
  const list = await listWithApplications(
    deps,
    editor,
    'Industry credentials for high schools (sample)',
    credentialIds,
  );
  const adultCredentialIds = asked.filter(({ name }) => ADULT_CREDENTIALS.test(name)).map(({ id }) => id);
  await listWithApplications(deps, neighbour, 'Credentials of value for adults (sample)', adultCredentialIds);
  const meetingId = await committeeWithMeeting(deps, editor);
  return {
    k12: { agencyId: k12.id, editor, approver, listId: list.listId },
    workforce: { agencyId: workforce.id, editor: neighbour, approver: second },
    credentialIds,
    adultCredentialIds,
    meetingId,
  };
}

async function staff(
  deps: Deps,
  agencyId: number,
  name: string,
  email: string,
  role: 'admin' | 'approver',
): Promise<Staff> {
  const added = await addStaff(deps, { agencyId, name, email, role, addedBy: null });
  invariant(added.ok, 'no two staff members of the sample share an address');
  return { id: added.staff.id, agencyId, role };
}

function dataFile(name: string): string {
  return fileURLToPath(new URL(`../data/${name}`, import.meta.url));
}

async function importTable(
  deps: Deps,
  actor: Staff,
  kind: 'employers' | 'contacts' | 'credentials',
  filename: string,
  stream: Readable,
): Promise<void> {
  const { agencyId, id: staffId } = actor;
  const upload = { agencyId, staffId, filename, stream };
  const isCredentials = kind === 'credentials';
  const received = isCredentials
    ? await receiveCredentials(deps, upload)
    : await receiveImport(deps, { ...upload, kind });
  invariant(received.ok, `${filename} can be read`);
  const { importId } = received;
  const preview = await (isCredentials ? previewCredentials : previewImport)(deps, { importId, agencyId });
  invariant(!preview.fatal, `${filename} can be imported: ${preview.fatal?.code}`);
  await (isCredentials ? confirmCredentials : confirmImport)(deps, { importId, agencyId, staffId });
}

const CONTACT_HEADERS = [
  'Employer',
  'City',
  'ZIP',
  'Contact name',
  'Contact email',
  'Job title',
  'Takes part in hiring',
  'Language',
];

/** How many employers of an industry have somebody to write to. The smaller the industry, the larger the share. */
const REACHABLE: Readonly<Record<string, number>> = {
  '23': 0.2,
  '31': 0.4,
  '32': 0.4,
  '33': 0.4,
  '62': 0.28,
  '72': 0.22,
};
const REACHABLE_ELSEWHERE = 0.08;
/** How many of those have two people, who may disagree. */
const TWO_PEOPLE = 0.3;

function* contactRows(
  employers: Awaited<ReturnType<typeof listSampleEmployers>>,
  seed: string,
): Generator<string[]> {
  for (const employer of employers) {
    const random = seededRandom(`${seed}:contacts:${employer.name}:${employer.zip}`);
    const share = REACHABLE[(employer.naicsCode ?? '').slice(0, 2)] ?? REACHABLE_ELSEWHERE;
    if (!random.chance(share)) continue;
    for (const person of samplePeople(employer, random.chance(TWO_PEOPLE) ? 2 : 1, random)) {
      yield [
        employer.name,
        employer.city,
        employer.zip,
        person.name,
        person.email,
        person.title,
        person.hiring ? 'yes' : 'no',
        person.language,
      ];
    }
  }
}

async function listWithApplications(
  deps: Deps,
  actor: Staff,
  name: string,
  credentialIds: readonly number[],
): Promise<{ listId: number }> {
  const { agencyId, id: staffId } = actor;
  const { year, month } = wallTime(deps.clock.now(), TIME_ZONE);
  const begins = month >= 7 ? year : year - 1;
  const list = await createList(deps, {
    agencyId,
    staffId,
    name,
    kind: 'unified',
    reviewCycle: 'annual',
    policy: WYOMING,
    cycle: { name: `${begins}-${begins + 1}`, startsOn: `${begins}-07-01`, endsOn: `${begins + 1}-07-01` },
    isPublic: true,
  });
  invariant(list.ok, 'no two lists of the sample share a name');
  for (const credentialId of credentialIds) {
    await submitApplication(deps, {
      agencyId,
      staffId,
      credentialId,
      listId: list.listId,
      cycleId: list.cycleId,
    });
  }
  return list;
}

async function committeeWithMeeting(deps: Deps, actor: Staff): Promise<number> {
  const today = dayIn(TIME_ZONE, deps.clock.now());
  const term = { termFrom: today, termUntil: addDays(today, 3 * 365) };
  const { id: committeeId } = await createCommittee(deps, {
    staff: actor,
    name: 'Skilled Trades and Health Advisory Committee (sample)',
    purpose: 'Employers and educators who say what schools should teach, four times a year.',
    isPublic: true,
    seats: [
      { role: 'employer', naicsPrefix: '62', seats: 2, ...term },
      { role: 'employer', naicsPrefix: null, seats: 4, ...term },
    ],
  });
  await addSeats(deps, {
    staff: actor,
    committeeId,
    seats: { role: 'educator', naicsPrefix: null, seats: 3, ...term },
  });
  const startsAt = meetingTime(addDays(today, 35), 10);
  const { id } = await scheduleMeeting(deps, {
    staff: actor,
    committeeId,
    meeting: {
      title: 'First meeting of the year',
      startsAt,
      endsAt: new Date(startsAt.getTime() + 90 * 60_000),
      timeZone: TIME_ZONE,
      place: 'Sample Hall, Room 4, 100 Sample Avenue, Helena',
      onlineUrl: null,
      agenda: 'Welcome. What employers said of this year’s credentials. What to ask next.',
    },
  });
  return id;
}

/** The next weekday from that day on, at the hour on the agency's clocks. */
function meetingTime(day: string, hour: number): Date {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  const workday = addDays(day, weekday === 6 ? 2 : weekday === 0 ? 1 : 0);
  const [year, month, dayOfMonth] = workday.split('-').map(Number);
  const instant = instantOf({ year: year!, month: month!, day: dayOfMonth!, hour, minute: 0 }, TIME_ZONE);
  invariant(instant, 'ten in the morning comes on every day');
  return instant;
}
