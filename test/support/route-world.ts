import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { eq, sql } from 'drizzle-orm';
import { createSignInLink, requestSignIn } from '../../src/agencies/request-sign-in.ts';
import { API_SCOPES } from '../../src/agencies/types.ts';
import { createApiKey } from '../../src/api/manage-keys.ts';
import { proposePolicy } from '../../src/approvals/change-policy.ts';
import { confirmFreeze } from '../../src/approvals/confirm-freeze.ts';
import { createList } from '../../src/approvals/create-list.ts';
import { requestFreeze } from '../../src/approvals/request-freeze.ts';
import { attachEvidence } from '../../src/approvals/show-criterion.ts';
import { submitApplication } from '../../src/approvals/submit-application.ts';
import { createCommittee } from '../../src/committees/create-committee.ts';
import { openBallot } from '../../src/committees/open-ballot.ts';
import { ballotToken, proposeBallot } from '../../src/committees/propose-ballot.ts';
import { rsvpToken } from '../../src/committees/respond-to-meeting.ts';
import { contacts } from '../../src/db/schema/employers.ts';
import { unsubscribeLinks } from '../../src/db/schema/outreach.ts';
import { loadSampleState, type SampleState } from '../../src/demo/load-sample-state.ts';
import { siteForm } from '../../src/employers/identity-forms.ts';
import { receiveImport } from '../../src/employers/receive-import.ts';
import { saveSite } from '../../src/employers/save-site.ts';
import { publishEvent } from '../../src/events/publish-event.ts';
import { markConflict } from '../../src/evidence/mark-conflict.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import { recordRecusal } from '../../src/evidence/record-recusal.ts';
import { setParty } from '../../src/evidence/set-party.ts';
import { proposeAdjudication } from '../../src/evidence/settle-dispute.ts';
import { makeCheckpoint } from '../../src/ledger/make-checkpoint.ts';
import { hashAddress, hashToken, linkToken } from '../../src/lib/tokens.ts';
import { listMailbox } from '../../src/mail/local-mailbox.ts';
import { placeHold } from '../../src/records/hold-records.ts';
import { makeRecordsPacket } from '../../src/records/make-packet.ts';
import { openList, receiveOpenAnswer } from '../../src/respond/open-answers.ts';
import { confirmToken } from '../../src/respond/open-confirmation.ts';
import { findMachineBursts } from '../../src/respond/quarantine-answers.ts';
import { sendAnswers } from '../../src/respond/send-answers.ts';
import { addDaysOff, setBudgetRule } from '../../src/waves/change-limits.ts';
import { createWave } from '../../src/waves/create-wave.ts';
import { proposeByCycle } from '../../src/waves/cycle/propose-waves.ts';
import { saveDraftStep } from '../../src/waves/save-draft-step.ts';
import { waveAudience } from '../../src/waves/types.ts';
import { dispatchEvents } from '../../src/webhooks/dispatch-events.ts';
import { createEndpoint } from '../../src/webhooks/manage-endpoints.ts';
import { pdf } from '../documents/files.ts';
import { ABOUT, BOTH_YES, open, submit } from '../respond/browse.ts';
import { waveProtocol } from '../waves/waves-world.ts';
import { createTestApp, createTestClock, type TestApp, type TestAppOptions } from './app.ts';
import { decideByTwo } from './approvals.ts';
import { month, said } from './evidence/facts.ts';
import { employersSay, giveAnswer, sendAsk } from './evidence/history.ts';
import {
  createAsk,
  createCredential,
  createEmployer,
  createPerson,
  createWorld,
  type World,
} from './evidence/world.ts';
import { inviteEmployers } from './invited-employers.ts';
import { type StaffBrowser, signInAs } from './sign-in.ts';

/** Whose an object is: of the schools' agency, of one that has decided, of one that has asked; or everybody's. */
export type Owner = 'k12' | 'deciding' | 'asking' | 'everybody';

type Route = TestApp['app']['routeTable'][number];

/** A route with an object of the world in it. */
export type Sample = { pattern: string; url: string; owner: Owner };

export type RouteWorld = {
  test: TestApp;
  state: SampleState;
  /** Somebody who may do everything in the agency. */
  staff: Record<Exclude<Owner, 'everybody'>, { id: number; browser: StaffBrowser }>;
  /** An administrator of an agency to which none of the objects belongs. */
  stranger: { id: number; browser: StaffBrowser };
  /** What the stranger's agency has of kinds that hold others. */
  strangerObjects: string[];
  keys: { deciding: string; stranger: string };
  /** The route with each object that it can be about; a route without parameters is everybody's. Empty: none is known. */
  samplesOf(route: Pick<Route, 'url'>): Sample[];
};

/**
 * The demo's sample state with at least one object of every kind that a route can name. Tests that walk the routes take
 * the routes from the application and the objects from here, so that a route nobody thought of is seen.
 */
export async function openRouteWorld(options: TestAppOptions = {}): Promise<RouteWorld> {
  const test = await createTestApp({
    clock: createTestClock(month(2)),
    ...options,
    // Nobody listens on port 1.
    settings: { WEBHOOK_PRIVATE_HOSTS: '127.0.0.1', ...options.settings },
  });
  const state = await loadSampleState(test.deps, { seed: 'routes', onStep() {} });
  const signIn = new URL(await createSignInLink(test.deps, state.k12.editor)).pathname;
  await requestSignIn(test.deps, { email: 'robin.doe@k12.example' });
  const { messages } = await listMailbox(join(test.deps.config.dataDir, 'mailbox'), { limit: 1 });
  const world = await createWorld(test.deps.db);
  const objects: Objects = [
    { path: signIn, owner: 'everybody' },
    { path: `/mailbox/${messages[0]!.id}`, owner: 'everybody' },
    ...(await objectsOfSchools(test, state)),
    ...(await objectsOfDeciding(test, world)),
    ...(await objectsOfAsking(test)),
  ];
  // The page names the proposal, whoever may do what about it.
  const ada = await signInAs(test, world.staff[0].id);
  await ada.post('/staff/records/retention', { respondent_names: '36' });
  const waiting = /"(\/staff\/records\/retention\/\d+)\//.exec(
    (await ada.get('/staff/records/retention')).body,
  );
  if (waiting) objects.push({ path: waiting[1]!, owner: 'deciding' });
  const browse = async (id: number) => ({ id, browser: await signInAs(test, id) });
  const [asking] = await test.deps.sql`select created_by as id from waves order by id desc limit 1`;
  const key = async (agencyId: number, staffId: number) =>
    (
      await createApiKey(test.deps, {
        agencyId,
        staffId,
        name: 'Program',
        scopes: API_SCOPES,
        days: 365,
      })
    ).key;
  const { workforce } = state;
  return {
    test,
    state,
    staff: {
      k12: await browse(state.k12.editor.id),
      deciding: await browse(world.staff[0].id),
      asking: await browse(Number(asking!.id)),
    },
    stranger: await browse(workforce.editor.id),
    strangerObjects: await objectsOfStranger(test, workforce.editor),
    keys: {
      deciding: await key(world.agency.id, world.staff[0].id),
      stranger: await key(workforce.agencyId, workforce.editor.id),
    },
    samplesOf: ({ url: pattern }) => {
      const segments = pattern.split('/');
      const last = segments.findLastIndex((segment) => segment.startsWith(':'));
      if (last < 0) return [{ pattern, url: `${pattern}${QUERIES[pattern] ?? ''}`, owner: 'everybody' }];
      const named = segments.slice(0, last + 1);
      const rest = segments.slice(last + 1);
      return objects
        .filter(({ path }) => {
          const parts = path.split('/');
          return parts.length === named.length && named.every((one, i) => one[0] === ':' || one === parts[i]);
        })
        .map(({ path, owner }) => ({ pattern, url: [path, ...rest].join('/'), owner }));
    },
  };
}

/** What an address asks for where it asks nothing without. */
const QUERIES: Record<string, string> = {
  '/transparency/proof/inclusion': '?index=0&size=1',
  '/transparency/proof/consistency': '?from=0&to=1',
};

type Objects = { path: string; owner: Owner }[];

async function objectsOfSchools(test: TestApp, state: SampleState): Promise<Objects> {
  const { deps } = test;
  const { agencyId, editor } = state.k12;
  const { id: waveId } = await createWave(deps, { staff: editor, name: 'A draft that nobody else sees' });
  const save = (change: Parameters<typeof saveDraftStep>[1]['change']) =>
    saveDraftStep(deps, { staff: editor, waveId, version: null, change });
  await save({
    step: 'audience',
    audience: waveAudience.parse({ naicsPrefixes: ['62'], cities: ['BILLINGS'] }),
  });
  await save({
    step: 'topics',
    topics: { credentialIds: state.adultCredentialIds, meetingIds: [state.meetingId] },
  });
  await save({ step: 'protocol', protocol: waveProtocol(deps.clock.now()) });
  const received = await receiveImport(deps, {
    agencyId,
    staffId: editor.id,
    kind: 'employers',
    filename: 'more.csv',
    stream: Readable.from('Firm,Town\nGlacier Glass,Whitefish\n'),
  });
  if (!received.ok) throw new Error('not received');
  const one = async (text: string) => {
    const [row] = await deps.sql.unsafe<{ value: string }[]>(text);
    if (!row) throw new Error(`The sample has none: ${text}`);
    return row.value;
  };
  const first = (table: string, column = 'id') =>
    one(`select ${column} as value from ${table} order by id limit 1`);
  const own = (table: string, column = 'id', and = '') =>
    one(`select ${column} as value from ${table} where agency_id = ${agencyId} ${and} order by id limit 1`);
  const employerId = Number(await first('employers'));
  const site = await saveSite(deps, {
    agencyId,
    staffId: editor.id,
    employerId,
    siteId: null,
    form: siteForm.parse({ name: 'Yard', city: 'Helena', state: 'MT' }),
  });
  if (!site.ok) throw new Error(site.reason);
  const contactId = await one(`select id as value from contacts where employer_id = ${employerId}
    union select id from contacts limit 1`);
  const contactEmployer = await one(`select employer_id as value from contacts where id = ${contactId}`);

  const committeeId = Number(await own('committees'));
  const seatId = Number(
    await one(
      `select id as value from committee_seats where committee_id = ${committeeId} order by id limit 1`,
    ),
  );
  await deps.sql`update committee_seats set holder_contact_id = ${contactId}, filled_at = now() where id = ${seatId}`;
  const recused = await recordRecusal(deps, {
    agencyId,
    staffId: editor.id,
    committeeId,
    seatId,
    issuerId: Number(await first('issuers')),
    source: 'member',
    reason: 'Sits on its board',
  });
  if (!recused.ok) throw new Error(recused.reason);
  const recusalId = await first('recusals');

  await setBudgetRule(deps, {
    staff: editor,
    about: { credentialId: null, committeeId: null },
    limits: { personTouches: 2 },
  });
  await addDaysOff(deps, {
    staff: editor,
    firstDay: '2026-07-03',
    lastDay: '2026-07-06',
    reason: 'Independence Day',
  });
  await proposeByCycle(deps);
  return [
    { path: `/staff/people/${state.k12.approver.id}`, owner: 'k12' },
    { path: `/staff/imports/${await own('imports')}`, owner: 'k12' },
    { path: `/staff/imports/${received.importId}`, owner: 'k12' },
    { path: `/staff/committees/${committeeId}`, owner: 'k12' },
    { path: `/staff/committees/${committeeId}/seats/${seatId}`, owner: 'k12' },
    { path: `/staff/committees/${committeeId}/recusals/${recusalId}`, owner: 'k12' },
    {
      path: `/staff/meetings/${await one(`select id as value from meetings where committee_id = ${committeeId} limit 1`)}`,
      owner: 'k12',
    },
    { path: `/staff/applications/${await own('applications')}`, owner: 'k12' },
    { path: `/staff/lists/${await own('lists', 'slug')}`, owner: 'k12' },
    { path: `/staff/waves/${waveId}`, owner: 'k12' },
    { path: `/staff/waves/limits/${await own('budget_rules')}`, owner: 'k12' },
    { path: `/staff/waves/limits/days/${await own('agency_blackouts')}`, owner: 'k12' },
    { path: `/staff/cycle-proposals/${await own('cycle_proposals')}`, owner: 'k12' },
    { path: `/staff/employers/${employerId}`, owner: 'everybody' },
    { path: `/staff/employers/${employerId}/sites/${site.siteId}`, owner: 'everybody' },
    { path: `/staff/employers/${contactEmployer}/contacts/${contactId}`, owner: 'everybody' },
    { path: `/staff/employers/duplicates/${await first('duplicate_proposals')}`, owner: 'everybody' },
    { path: `/staff/credentials/${await first('credentials', 'slug')}`, owner: 'everybody' },
    { path: `/api/v1/credentials/${await first('credentials', 'slug')}`, owner: 'everybody' },
    { path: `/committees/${await own('committees', 'slug')}`, owner: 'everybody' },
    {
      path: `/committees/${await own('committees', 'slug')}/meetings/${await first('meetings')}.ics`,
      owner: 'everybody',
    },
    { path: `/lists/${await own('lists', 'slug')}`, owner: 'everybody' },
  ];
}

/** What an agency has that has frozen and decided, and whose people settle, mark, hold and connect. */
async function objectsOfDeciding(test: TestApp, world: World): Promise<Objects> {
  const { deps } = test;
  const { db } = deps;
  const agencyId = world.agency.id;
  const [ada, ben] = [
    { agencyId, staffId: world.staff[0].id },
    { agencyId, staffId: world.staff[1].id },
  ];
  const list = await createList(deps, {
    ...ada,
    name: 'Credentials of value',
    kind: 'unified',
    reviewCycle: 'annual',
    policy: WYOMING,
    isPublic: true,
    cycle: { name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' },
  });
  if (!list.ok) throw new Error(list.reason);
  const apply = async () => {
    const credentialId = await createCredential(db);
    const made = await submitApplication(deps, {
      ...ada,
      credentialId,
      listId: list.listId,
      cycleId: list.cycleId,
    });
    if (!made.ok) throw new Error(made.reason);
    const [credential] = await deps.sql`select slug, issuer_id from credentials where id = ${credentialId}`;
    const { slug, issuer_id: issuerId } = credential as unknown as { slug: string; issuer_id: number };
    return { credentialId, applicationId: made.applicationId, slug, issuerId: Number(issuerId) };
  };

  const decided = await apply();
  await employersSay(db, world, decided.credentialId, 11, month(0), { answeredAt: month(1) });
  await employersSay(db, world, decided.credentialId, 2, month(0), {
    answeredAt: month(1),
    values: said('no', 'yes'),
  });
  const { applicationId } = decided;
  const { freezeRequestId } = await requestFreeze(deps, { ...ada, applicationId, note: '' });
  const frozen = await confirmFreeze(deps, { ...ben, applicationId, freezeRequestId });
  if (!frozen.ok) throw new Error(frozen.reason);
  const staffIds = [ada.staffId, ben.staffId] as const;
  const approved = await decideByTwo(deps, { agencyId, staffIds }, applicationId, { outcome: 'approved' });
  if (!approved.ok) throw new Error(approved.reason);
  await makeCheckpoint(deps);
  const [snapshot] =
    await deps.sql`select id, public_sha256 from evidence_snapshots order by id desc limit 1`;
  const [record] = await deps.sql`select id from approval_records order by id desc limit 1`;
  const [checkpoint] = await deps.sql`select size from log_checkpoints order by id desc limit 1`;

  const waiting = await apply();
  const attached = await attachEvidence(deps, {
    ...ada,
    applicationId: waiting.applicationId,
    criterion: 'wage_gain',
    evidence: { kind: 'document', file: { name: 'wages.pdf', content: pdf() }, text: '' },
  });
  if (!attached.ok) throw new Error(attached.reason);
  const [document] = await deps.sql`select id from documents order by id desc limit 1`;
  await openList(deps, { ...ada, listId: list.listId, closesAt: month(3) });
  const [link] = await deps.sql`select id from open_links order by id desc limit 1`;
  await receiveOpenAnswer(deps, {
    openLinkId: Number(link!.id),
    credentialId: waiting.credentialId,
    language: 'en',
    answer: { familiar: true, values: said('yes', 'no') },
    relation: 'none',
    respondentName: 'Sam Reyes',
    respondentTitle: 'Yard manager',
    hiringAuthority: true,
    employerName: 'Bitterroot Timber LLC',
    employerPlace: 'Hamilton, Montana',
    employerWebsite: 'https://bitterroot-timber.example',
    email: 'sam@bitterroot-timber.example',
    shownAt: null,
  });
  const [submission] = await deps.sql`select id from submissions order by id desc limit 1`;

  const employerId = await createEmployer(db);
  const voter = await createPerson(db, world, employerId);
  const { mailedBallotId } = await proposeBallot(deps, {
    ...ada,
    credentialId: waiting.credentialId,
    body: 'Employers of the trade',
    note: '',
    isSecret: false,
    closesAt: month(3),
    people: [voter],
  });
  const opened = await openBallot(deps, { ...ben, mailedBallotId });
  if (!opened.ok) throw new Error(opened.reason);
  const [paper] = await deps.sql`select id from ballot_voters order by id desc limit 1`;
  const answerIds: number[] = [];
  for (const values of [said('yes', 'yes'), said('no', 'yes')]) {
    const person = await createPerson(db, world, employerId);
    const askId = await createAsk(db, world, person, waiting.credentialId);
    await sendAsk(db, person, waiting.credentialId, askId, month(0));
    const ask = { askId, credentialId: waiting.credentialId };
    answerIds.push(await giveAnswer(db, world, person, ask, { answeredAt: month(1), values }));
  }
  const adjudicationId = await proposeAdjudication(deps, {
    ...ada,
    credentialId: waiting.credentialId,
    unitId: employerId,
    seenAnswerIds: answerIds,
    speaksAnswerId: answerIds[0]!,
    reason: 'Decides on hiring',
  });
  const marked = await markConflict(deps, {
    ...ada,
    employerId,
    issuerId: waiting.issuerId,
    relation: 'board',
    note: 'In its annual report',
  });
  if (!marked.ok) throw new Error('not marked');
  const [mark] = await deps.sql`select id from conflict_marks order by id desc limit 1`;
  await setParty(deps, {
    ...ada,
    issuerId: waiting.issuerId,
    relation: 'reseller',
    name: 'Badge Outlet',
    domain: 'badge-outlet.example',
    employerId: null,
    credential: null,
  });
  const [party] = await deps.sql`select id from issuer_parties order by id desc limit 1`;

  const body = { ...WYOMING.body, evidenceMaxAgeMonths: 12 };
  const proposed = await proposePolicy(deps, { ...ada, policy: { ...WYOMING, body } });
  if (!proposed.ok) throw new Error(proposed.reason);
  const [proposal] = await deps.sql`select id from policy_proposals order by id desc limit 1`;
  const packet = await makeRecordsPacket(deps, {
    staffId: ada.staffId,
    agency: { id: agencyId, name: world.agency.name, timeZone: world.agency.timeZone },
    reference: 'R-1',
    credential: null,
    fromDay: '2026-01-01',
    untilDay: '2026-04-01',
    profile: 'people_withheld',
  });
  if (!packet.ok) throw new Error(packet.reason);
  const { holdId } = await placeHold(deps, { ...ada, reason: 'Lawsuit', credentialId: null });
  const { keyId } = await createApiKey(deps, {
    ...ada,
    name: 'To be revoked',
    scopes: ['counts:read'],
    days: 90,
  });
  const { endpointId } = await createEndpoint(deps, {
    ...ada,
    name: 'Approvals',
    url: 'http://127.0.0.1:1/hook',
    eventTypes: ['decision.made'],
  });
  await publishEvent(db, {
    agencyId,
    type: 'decision.made',
    at: deps.clock.now(),
    data: { applicationId, credential: decided.slug, list: 'credentials-of-value' },
  });
  await dispatchEvents(deps);
  const [delivery] = await deps.sql`select id from webhook_deliveries order by id desc limit 1`;

  return [
    { path: `/staff/applications/${applicationId}`, owner: 'deciding' },
    { path: `/staff/applications/${waiting.applicationId}`, owner: 'deciding' },
    { path: `/staff/applications/${waiting.applicationId}/criteria/wage_gain`, owner: 'deciding' },
    { path: `/staff/applications/${waiting.applicationId}/bodies/mail/${mailedBallotId}`, owner: 'deciding' },
    { path: `/b/${ballotToken(deps, Number(paper!.id))}`, owner: 'everybody' },
    { path: `/staff/evidence/${snapshot!.id}`, owner: 'deciding' },
    { path: `/staff/documents/${document!.id}`, owner: 'deciding' },
    { path: '/staff/lists/credentials-of-value', owner: 'deciding' },
    { path: `/staff/waves/${world.wave.id}`, owner: 'deciding' },
    { path: `/staff/policies/${proposal!.id}`, owner: 'deciding' },
    { path: `/staff/submissions/${submission!.id}`, owner: 'deciding' },
    { path: `/staff/adjudications/${adjudicationId}`, owner: 'deciding' },
    { path: `/staff/records/packets/${packet.packetId}`, owner: 'deciding' },
    { path: `/staff/records/holds/${holdId}`, owner: 'deciding' },
    { path: `/staff/api-keys/${keyId}`, owner: 'deciding' },
    { path: `/staff/webhooks/${endpointId}`, owner: 'deciding' },
    { path: `/staff/webhooks/${endpointId}/deliveries/${delivery!.id}`, owner: 'deciding' },
    { path: `/api/v1/webhook-endpoints/${endpointId}`, owner: 'deciding' },
    { path: `/api/v1/webhook-endpoints/${endpointId}/deliveries/${delivery!.id}`, owner: 'deciding' },
    { path: `/api/v1/applications/${applicationId}`, owner: 'deciding' },
    { path: `/api/v1/ballots/${mailedBallotId}`, owner: 'deciding' },
    { path: `/api/v1/approval-records/${record!.id}`, owner: 'deciding' },
    { path: `/api/v1/evidence/${snapshot!.id}`, owner: 'deciding' },
    { path: `/staff/adjudications/cases/${waiting.slug}/${employerId}`, owner: 'everybody' },
    { path: `/staff/conflicts/${mark!.id}`, owner: 'everybody' },
    { path: `/staff/conflicts/parties/${party!.id}`, owner: 'everybody' },
    { path: `/staff/credentials/${decided.slug}`, owner: 'everybody' },
    { path: '/lists/credentials-of-value', owner: 'everybody' },
    { path: `/lists/credentials-of-value/${decided.slug}`, owner: 'everybody' },
    { path: `/lists/credentials-of-value/${waiting.slug}`, owner: 'everybody' },
    { path: `/credentials/${decided.slug}`, owner: 'everybody' },
    { path: `/transparency/checkpoints/${checkpoint!.size}`, owner: 'everybody' },
    { path: `/transparency/evidence/${snapshot!.public_sha256}`, owner: 'everybody' },
  ];
}

async function objectsOfStranger({ deps }: TestApp, editor: SampleState['k12']['editor']): Promise<string[]> {
  const { agencyId, id: staffId } = editor;
  const committee = await createCommittee(deps, {
    staff: editor,
    name: 'Committee of another agency',
    purpose: '',
    isPublic: false,
    seats: [{ role: 'employer', naicsPrefix: null, seats: 1, termFrom: null, termUntil: null }],
  });
  const { endpointId } = await createEndpoint(deps, {
    agencyId,
    staffId,
    name: 'Theirs',
    url: 'http://127.0.0.1:1/theirs',
    eventTypes: ['decision.made'],
  });
  const [application] = await deps.sql`select id from applications where agency_id = ${agencyId} limit 1`;
  return [
    `/staff/applications/${application!.id}`,
    `/staff/committees/${committee.id}`,
    `/staff/webhooks/${endpointId}`,
    `/api/v1/webhook-endpoints/${endpointId}`,
  ];
}

/** Personal links in several states, with what came back by them. */
async function objectsOfAsking(test: TestApp): Promise<Objects> {
  const { deps } = test;
  const { db } = deps;
  const invited = await inviteEmployers(deps, {
    now: deps.clock.now(),
    employers: 5,
    credentials: 1,
    meeting: true,
  });
  const link = (number: number) => `/r/${invited.employers[number]!.token}`;
  const answer = async (number: number, name: string) => {
    const about = await submit(test.app, await open(test.app, `${link(number)}/about`), { ...ABOUT, name });
    return submit(test.app, about, BOTH_YES);
  };
  for (const number of [0, 1, 2]) {
    await answer(number, `Ann Lee ${number}`);
    const tokenHash = hashToken(invited.employers[number]!.token);
    await sendAnswers(deps, { tokenHash, language: 'en', ip: '203.0.113.1' });
  }
  await findMachineBursts(deps);
  const [confirmation] = await deps.sql`select id from confirmations order by id desc limit 1`;
  // Somebody who comes to the meeting.
  const meeting = await answer(3, 'Ann Lee 3');
  const check = await submit(test.app, meeting, { response: 'accepted' });
  await submit(test.app, check);

  // Somebody else than the person who was invited has begun.
  await submit(test.app, await open(test.app, `${link(4)}/about`), { ...ABOUT, name: 'Bo Diaz' });

  const person = invited.employers[4]!;
  const [contact] = await db.select().from(contacts).where(eq(contacts.id, person.contactId));
  const stop = linkToken(deps.secrets.linkKey, 'unsubscribe', person.contactId);
  await db.insert(unsubscribeLinks).values({
    tokenHash: hashToken(stop),
    contactId: person.contactId,
    addressHash: hashAddress(deps.secrets.suppressionKey, contact!.email!),
    createdAt: deps.clock.now(),
  });
  await db.execute(sql`
    insert into suppressions (address_hash, reason, created_at)
    values (${randomBytes(32)}, 'unsubscribed', ${deps.clock.now().toISOString()}::timestamptz)`);
  const [suppression] = await deps.sql`select id from suppressions order by id desc limit 1`;
  return [
    { path: `/staff/answers/${invited.employers[0]!.invitationId}`, owner: 'asking' },
    { path: `/staff/suppressions/${suppression!.id}`, owner: 'everybody' },
    { path: link(4), owner: 'everybody' },
    { path: link(3), owner: 'everybody' },
    { path: `${link(4)}/c/1`, owner: 'everybody' },
    { path: `${link(4)}/m/1`, owner: 'everybody' },
    { path: `/u/${stop}`, owner: 'everybody' },
    { path: `/m/${rsvpToken(deps, invited.employers[3]!.meetingAskId!)}`, owner: 'everybody' },
    { path: `/v/${confirmToken(deps, Number(confirmation!.id))}`, owner: 'everybody' },
  ];
}
