import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasRole } from '../agencies/rules.ts';
import { listMeetingsToInviteTo } from '../committees/queries.ts';
import type { Deps } from '../deps.ts';
import { fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { csvTable } from '../lib/csv-write.ts';
import { DomainError } from '../lib/errors.ts';
import { getWaveSafetyFacts } from '../outreach/guard-wave.ts';
import { explainPlan, type PlanDecision } from '../outreach/planner/explain-asks.ts';
import { collectReasons, type TopicIds } from '../outreach/planner/plan-reasons.ts';
import { decideWaveSafety } from '../outreach/rules.ts';
import { registerCalendarRoutes } from './calendar-routes.ts';
import { createWave } from './create-wave.ts';
import { listEndedCycleProposals, listOpenCycleProposals } from './cycle/queries.ts';
import { registerCycleRoutes } from './cycle/routes.ts';
import { cancelWave, closeWave } from './end-wave.ts';
import {
  approveForm,
  audienceForm,
  leftOutQuery,
  nameForm,
  peopleQuery,
  protocolForm,
  protocolFromForm,
  topicsForm,
} from './forms.ts';
import { listNeeds, type ReadyWave, readAudience } from './gather-plan-input.ts';
import { launchWave } from './launch-wave.ts';
import { registerLimitRoutes } from './limits-routes.ts';
import {
  audiencePage,
  budgetText,
  confirmPage,
  draftPage,
  type LeftOutRow,
  launchedPage,
  leftOutPage,
  newWavePage,
  PEOPLE_A_PAGE,
  peoplePage,
  previewPage,
  proposedPage,
  protocolPage,
  reasonKey,
  type TopicNames,
  topicsPage,
  wavesPage,
} from './pages.ts';
import { newWavePath, wavePath, wavesPath } from './paths.ts';
import { pauseWave, resumeWave } from './pause-wave.ts';
import { type Preview, previewWave } from './preview-wave.ts';
import { proposeWave } from './propose-wave.ts';
import {
  type AskedPerson,
  getProgress,
  getWave,
  listAsked,
  listCredentialOptions,
  listCredentialProgress,
  listCredentials,
  listMeetingProgress,
  listMeetingTopics,
  listRequirements,
  listWaves,
  type Wave,
} from './queries.ts';
import { readForecasts } from './read-forecasts.ts';
import {
  countExclusions,
  countPlanReasons,
  type KeptLine,
  type LeftOutPerson,
  listKeptPlan,
  listLeftOut,
  listPlanReasons,
} from './reason-queries.ts';
import { refuseUnless, requireReady } from './refuse.ts';
import { registerReportRoutes } from './report-routes.ts';
import { returnWave } from './return-wave.ts';
import { canDo, nextStep, protocolFaults } from './rules.ts';
import { saveDraftStep } from './save-draft-step.ts';
import type { Said } from './types.ts';
import {
  DECISION_TEXT,
  DROP_TEXT,
  decisionCode,
  decisionNote,
  decisionReason,
  EXCLUSION_TEXT,
  FAULT_TEXT,
} from './words.ts';

const ENDED_PROPOSALS = 10;

type WithId = { Params: { id: string }; Querystring: { done?: string } };

export function registerWaveRoutes(app: FastifyInstance, deps: Deps): void {
  const staff = { config: { access: 'staff' as const } };
  const path = (part: Parameters<typeof wavePath>[1]) => `${wavesPath}/:id/${part}`;
  const load = (request: FastifyRequest<WithId>) =>
    getWave(deps.db, request.staff.agencyId, parseId(request.params.id));

  app.get<{ Querystring: { done?: string } }>(wavesPath, staff, async (request, reply) => {
    const { agencyId, timeZone: zone, role } = request.staff;
    const waves = await listWaves(deps.db, agencyId);
    const proposals = await listOpenCycleProposals(deps.db, agencyId);
    const ended = await listEndedCycleProposals(deps.db, agencyId, ENDED_PROPOSALS);
    const { done } = request.query;
    const page = wavesPage(waves, { proposals, ended, zone, mayEdit: hasRole(role, 'editor'), done });
    return reply.page('waves/list', page);
  });

  app.get(newWavePath, staff, (_request, reply) => reply.page('waves/new', newWavePage()));

  app.post(wavesPath, staff, async (request, reply) => {
    const form = parseForm(nameForm, request.body);
    if (!form.ok) return reply.page('waves/new', newWavePage(form), { status: 422 });
    const { id } = await createWave(deps, { staff: request.staff, name: form.data.name });
    return reply.redirect(wavePath(id, 'audience'), 303);
  });

  app.get<WithId>(`${wavesPath}/:id`, staff, async (request, reply) => showWave(deps, request, reply));

  registerSteps(app, deps, load);
  registerPlanPages(app, deps, load);
  registerReportRoutes(app, deps);
  registerCalendarRoutes(app, deps);
  registerLimitRoutes(app, deps);
  registerCycleRoutes(app, deps);

  app.post<WithId>(path('propose'), staff, async (request, reply) => {
    const waveId = parseId(request.params.id);
    await proposeWave(deps, { staff: request.staff, waveId });
    return reply.redirect(`${wavePath(waveId)}?done=proposed`, 303);
  });

  app.post<WithId>(path('approve'), staff, async (request, reply) => {
    const waveId = parseId(request.params.id);
    const form = parseForm(approveForm, request.body);
    if (!form.ok) throw new DomainError('stale_form');
    try {
      await launchWave(deps, { staff: request.staff, waveId, seen: form.data.seen });
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'stale_form') throw error;
      return showWave(deps, request, reply, { changedWhileOpen: true });
    }
    return reply.redirect(`${wavePath(waveId)}?done=launched`, 303);
  });

  const acts = {
    return: { run: returnWave, done: 'returned' },
    pause: { run: pauseWave, done: 'paused' },
    resume: { run: resumeWave, done: 'resumed' },
    close: { run: closeWave, done: 'closed' },
    cancel: { run: cancelWave, done: 'cancelled' },
  } as const;
  for (const [part, { run, done }] of Object.entries(acts)) {
    app.post<WithId>(path(part as keyof typeof acts), staff, async (request, reply) => {
      const waveId = parseId(request.params.id);
      await run(deps, { staff: request.staff, waveId });
      return reply.redirect(`${wavePath(waveId)}?done=${done}`, 303);
    });
  }

  for (const what of ['close', 'cancel'] as const) {
    app.get<WithId>(path(what), staff, async (request, reply) => {
      const wave = await load(request);
      if (!canDo(what, wave, request.staff).ok) return reply.redirect(wavePath(wave.id), 302);
      return reply.page('waves/confirm', confirmPage(wave, what, await getProgress(deps.db, wave.id)));
    });
  }
}

type Load = (request: FastifyRequest<WithId>) => Promise<Wave>;

/** The wizard: each step a page and a POST, what was saved is there when one comes back. */
function registerSteps(app: FastifyInstance, deps: Deps, load: Load): void {
  const staff = { config: { access: 'staff' as const } };
  const path = (part: Parameters<typeof wavePath>[1]) => `${wavesPath}/:id/${part}`;
  /** Refused before the form is read: a page of the wizard would say that correcting it helps. */
  const loadToEdit: Load = async (request) => {
    const wave = await load(request);
    refuseUnless('edit', wave, request.staff);
    return wave;
  };

  app.get<WithId>(path('audience'), staff, async (request, reply) => {
    const wave = await load(request);
    if (wave.state !== 'draft') return reply.redirect(wavePath(wave.id), 302);
    return reply.page('waves/audience', audiencePage(wave));
  });

  app.post<WithId>(path('audience'), staff, async (request, reply) => {
    const wave = await loadToEdit(request);
    const form = parseForm(audienceForm, request.body);
    if (!form.ok) return reply.page('waves/audience', audiencePage(wave, form), { status: 422 });
    const { version, audience } = form.data;
    await saveDraftStep(deps, {
      staff: request.staff,
      waveId: wave.id,
      version,
      change: { step: 'audience', audience },
    });
    return reply.redirect(wavePath(wave.id, 'topics'), 303);
  });

  const topicFacts = async (wave: Wave) => {
    const now = deps.clock.now();
    const applied = new Set(
      (await listRequirements(deps.db, wave.agencyId, null)).map((requirement) => requirement.credentialId),
    );
    const credentials = await listCredentialOptions(deps.db);
    const needed = credentials.map(({ id }) => id).filter((id) => applied.has(id));
    const contacts = wave.draft.audience === null ? [] : await readAudience(deps.db, wave.draft.audience);
    return {
      credentials,
      needs: await listNeeds(deps.db, wave.agencyId, needed, now),
      meetings: await listMeetingsToInviteTo(deps.db, wave.agencyId, now),
      audience: {
        contacts: contacts.length,
        active: contacts.filter((contact) => contact.state === 'active').length,
        units: new Set(contacts.map((contact) => contact.unitId)).size,
      },
    };
  };

  app.get<WithId>(path('topics'), staff, async (request, reply) => {
    const wave = await load(request);
    if (wave.state !== 'draft') return reply.redirect(wavePath(wave.id), 302);
    if (wave.draft.audience === null) return reply.redirect(wavePath(wave.id, 'audience'), 302);
    return reply.page('waves/topics', topicsPage(wave, await topicFacts(wave)));
  });

  app.post<WithId>(path('topics'), staff, async (request, reply) => {
    const wave = await loadToEdit(request);
    const form = parseForm(topicsForm, request.body);
    if (!form.ok) {
      return reply.page('waves/topics', topicsPage(wave, await topicFacts(wave), form), { status: 422 });
    }
    const { version, topics } = form.data;
    await saveDraftStep(deps, {
      staff: request.staff,
      waveId: wave.id,
      version,
      change: { step: 'topics', topics },
    });
    return reply.redirect(wavePath(wave.id, 'protocol'), 303);
  });

  app.get<WithId>(path('protocol'), staff, async (request, reply) => {
    const wave = await load(request);
    if (wave.state !== 'draft') return reply.redirect(wavePath(wave.id), 302);
    const facts = { now: deps.clock.now(), zone: request.staff.timeZone };
    return reply.page('waves/protocol', protocolPage(wave, facts));
  });

  app.post<WithId>(path('protocol'), staff, async (request, reply) => {
    const wave = await loadToEdit(request);
    const facts = { now: deps.clock.now(), zone: request.staff.timeZone };
    const form = parseForm(protocolForm, request.body);
    if (!form.ok) return reply.page('waves/protocol', protocolPage(wave, facts, form), { status: 422 });
    const protocol = protocolFromForm(form.data, facts.zone, wave.draft.protocol);
    const faults = protocolFaults(protocol, facts.now);
    if (faults.length > 0) {
      const errors = faults.map((fault) => fieldError(FAULT_TEXT[fault].field, FAULT_TEXT[fault].message));
      const page = protocolPage(wave, facts, { errors, values: form.values });
      return reply.page('waves/protocol', page, { status: 422 });
    }
    await saveDraftStep(deps, {
      staff: request.staff,
      waveId: wave.id,
      version: form.data.version,
      change: { step: 'protocol', protocol },
    });
    return reply.redirect(wavePath(wave.id, 'preview'), 303);
  });
}

/** The plan of a draft or proposed wave, and what became of it after the launch. */
function registerPlanPages(app: FastifyInstance, deps: Deps, load: Load): void {
  const staff = { config: { access: 'staff' as const } };
  const path = (part: Parameters<typeof wavePath>[1]) => `${wavesPath}/:id/${part}`;

  app.get<WithId>(path('preview'), staff, async (request, reply) => {
    const wave = await load(request);
    if (wave.state !== 'draft') return reply.redirect(wavePath(wave.id), 302);
    const next = nextStep(wave.draft);
    if (next !== null) return reply.redirect(wavePath(wave.id, next), 302);
    const now = deps.clock.now();
    if (wave.draft.protocol !== null && protocolFaults(wave.draft.protocol, now).length > 0) {
      return reply.redirect(wavePath(wave.id, 'protocol'), 302);
    }
    const zone = request.staff.timeZone;
    const { summary, input } = await preview(deps, wave, zone);
    const { protocol, warmUp = null } = input;
    const names = await topicNames(deps, wave);
    return reply.page(
      'waves/preview',
      previewPage(wave, { summary, protocol, warmUp, names, zone, now, staff: request.staff }),
    );
  });

  app.get<WithId>(path('people'), staff, async (request, reply) => {
    const wave = await load(request);
    const { page, why } = peopleQuery.parse(request.query);
    const zone = request.staff.timeZone;
    const offset = (page - 1) * PEOPLE_A_PAGE;
    if (wave.launchedAt === null) {
      const planned = await plannedPeople(deps, wave, zone);
      const people = planned.slice(offset, offset + PEOPLE_A_PAGE);
      return reply.page(
        'waves/people',
        peoplePage(wave, { people, total: planned.length, page, zone, isPlan: true, reasons: [], why: null }),
      );
    }
    const reasons = await countPlanReasons(deps.db, wave.id);
    const chosen = reasons.find((each) => reasonKey(each) === why) ?? null;
    const people = await askedPeople(deps, wave, { limit: PEOPLE_A_PAGE, offset, said: chosen });
    const total = chosen ? chosen.people : (await getProgress(deps.db, wave.id)).invitations;
    return reply.page(
      'waves/people',
      peoplePage(wave, { people, total, page, zone, isPlan: false, reasons, why: chosen && why }),
    );
  });

  app.get<WithId>(path('left-out'), staff, async (request, reply) => {
    const wave = await load(request);
    const { page, reason } = leftOutQuery.parse(request.query);
    const zone = request.staff.timeZone;
    const offset = (page - 1) * PEOPLE_A_PAGE;
    if (wave.launchedAt === null) {
      const { rows, summary } = await plannedLeftOut(deps, wave, zone);
      const matching = rows.filter((row) => reason === null || row.reason === reason);
      return reply.page(
        'waves/left-out',
        leftOutPage(wave, {
          people: matching.slice(offset, offset + PEOPLE_A_PAGE),
          total: matching.length,
          page,
          reason,
          counts: summary.excluded,
          zone,
          isPlan: true,
        }),
      );
    }
    const counts = await countExclusions(deps.db, wave.id);
    const rows = await listLeftOut(deps.db, wave.id, { reason, limit: PEOPLE_A_PAGE, offset });
    const total = counts
      .filter((count) => reason === null || count.reason === reason)
      .reduce((sum, { people }) => sum + people, 0);
    return reply.page(
      'waves/left-out',
      leftOutPage(wave, {
        people: rows.map(withoutLedger),
        total,
        page,
        reason,
        counts,
        zone,
        isPlan: false,
      }),
    );
  });

  app.get<WithId>(path('left-out.csv'), staff, async (request, reply) => {
    const wave = await load(request);
    const zone = request.staff.timeZone;
    const rows =
      wave.launchedAt === null
        ? (await plannedLeftOut(deps, wave, zone)).rows
        : allPages(
            (limit, offset) => listLeftOut(deps.db, wave.id, { reason: null, limit, offset }),
            withoutLedger,
          );
    return sendCsv(
      reply,
      `wave-${wave.id}-left-out.csv`,
      csvTable(
        ['Employer', 'City', 'Contact', 'About', 'Reason', 'Reason code', 'Free again on', 'Note'],
        rows,
        (row) => [
          row.employerName,
          row.city,
          row.contactName,
          row.topics.join('; '),
          EXCLUSION_TEXT[row.reason],
          row.reason,
          row.freeAgainOn,
          budgetText(row, zone),
        ],
      ),
    );
  });

  app.get<WithId>(path('plan.csv'), staff, async (request, reply) => {
    const wave = await load(request);
    if (wave.launchedAt !== null) {
      return sendCsv(
        reply,
        `wave-${wave.id}-plan.csv`,
        csvTable([...PLAN_HEADERS, 'State', 'Dropped because'], keptPlan(deps, wave), (line) => [
          ...planCells(line, line.about, line, line.leaves),
          line.state,
          line.droppedFor === null ? '' : DROP_TEXT[line.droppedFor],
        ]),
      );
    }
    // Before the headers leave, so that a draft that is not ready is refused with a page.
    requireReady(wave.draft, deps.clock.now());
    return sendCsv(
      reply,
      `wave-${wave.id}-plan.csv`,
      csvTable(
        PLAN_HEADERS,
        planDecisions(deps, wave, request.staff.timeZone),
        ({ contact, about, decision }) =>
          planCells(contact, about, decision, 'sendAfter' in decision ? decision.sendAfter : null),
      ),
    );
  });

  app.get<WithId>(path('people.csv'), staff, async (request, reply) => {
    const wave = await load(request);
    const rows =
      wave.launchedAt === null
        ? await plannedPeople(deps, wave, request.staff.timeZone)
        : allPages(
            (limit, offset) => askedPeople(deps, wave, { limit, offset, said: null }),
            (row) => row,
          );
    return sendCsv(
      reply,
      `wave-${wave.id}-people.csv`,
      csvTable(
        ['Employer', 'City', 'Contact', 'Asked about', 'Sent or to be sent', 'State', 'Notes'],
        rows,
        (row) => [
          row.employerName,
          row.city,
          row.contactName,
          row.topics.join('; '),
          row.sentAt ?? row.sendAt,
          row.state,
          (row.notes ?? []).join('; '),
        ],
      ),
    );
  });
}

const PLAN_HEADERS = ['Employer', 'City', 'Contact', 'About', 'Plan', 'Leaves', 'Reason', 'Reason code'];

function planCells(
  contact: { employerName: string; city: string; contactName: string },
  about: string,
  decision: Said,
  leaves: Date | null,
) {
  return [
    contact.employerName,
    contact.city,
    contact.contactName,
    about,
    DECISION_TEXT[decision.does],
    leaves,
    decisionReason(decision),
    decisionCode(decision),
  ];
}

/** The plan of a launched wave as it was kept, so many people at a time. */
async function* keptPlan(deps: Deps, wave: Wave): AsyncGenerator<KeptLine> {
  for (let after = 0; ; ) {
    const lines = await listKeptPlan(deps.db, wave.id, { after, people: CSV_PAGE });
    yield* lines;
    const last = lines.at(-1);
    if (last === undefined) return;
    after = last.contactId;
  }
}

async function* planDecisions(deps: Deps, wave: Wave, zone: string) {
  const { plan, input, audience } = await preview(deps, wave, zone);
  const names = await topicNames(deps, wave);
  const contacts = new Map(audience.map((contact) => [contact.contactId, contact]));
  for (const decision of explainPlan(input, plan)) {
    const contact = contacts.get(decision.contactId);
    if (contact !== undefined) yield { contact, about: aboutText(decision.about, names), decision };
  }
}

function aboutText(about: PlanDecision['about'], names: TopicNames): string {
  if (about === null) return '';
  if (about === 'reminder') return 'Reminder';
  const name =
    about.kind === 'credential'
      ? names.credentials.get(about.credentialId)
      : names.meetings.get(about.meetingId);
  return name ?? '';
}

const withoutLedger = (row: LeftOutPerson): LeftOutRow => ({ ...row, lastTouchAt: null });

const CSV_PAGE = 1_000;

async function* allPages<Row, Out>(
  read: (limit: number, offset: number) => Promise<Row[]>,
  map: (row: Row) => Out,
): AsyncGenerator<Out> {
  for (let offset = 0; ; offset += CSV_PAGE) {
    const rows = await read(CSV_PAGE, offset);
    yield* rows.map(map);
    if (rows.length < CSV_PAGE) return;
  }
}

function sendCsv(reply: FastifyReply, name: string, lines: AsyncGenerator<string>): FastifyReply {
  return reply
    .header('content-disposition', `attachment; filename="${name}"`)
    .type('text/csv; charset=utf-8')
    .send(Readable.from(lines));
}

async function preview(deps: Deps, wave: Wave, zone: string): Promise<Preview> {
  const now = deps.clock.now();
  const ready: ReadyWave = { id: wave.id, agencyId: wave.agencyId, ...requireReady(wave.draft, now) };
  return previewWave(deps.db, deps, ready, { now, agencyZone: zone });
}

async function topicNames(deps: Deps, wave: Wave): Promise<TopicNames> {
  const credentials = await listCredentials(deps.db, wave.draft.topics.credentialIds);
  const meetings = await listMeetingTopics(deps.db, wave.agencyId, wave.draft.topics.meetingIds);
  return {
    credentials: new Map(credentials.map(({ id, name }) => [id, name])),
    meetings: new Map(meetings.map(({ id, committee, title }) => [id, `${committee}: ${title}`])),
  };
}

/** Notes of each person by what was said of what is asked of them. */
function notesByPerson(said: readonly (Said & { contactId: number; topics: string[] })[]) {
  const notes = new Map<number, string[]>();
  for (const { contactId, topics, ...each } of said) {
    const note = decisionNote(each, topics.join('; '));
    notes.set(contactId, [...(notes.get(contactId) ?? []), note]);
  }
  return notes;
}

/** People of a launched wave, those of whom something was said alone where `said` is given. */
async function askedPeople(
  deps: Deps,
  wave: Wave,
  page: { limit: number; offset: number; said: Said | null },
): Promise<AskedPerson[]> {
  const said = page.said && { does: page.said.does, reason: decisionCode(page.said) };
  const people = await listAsked(deps.db, wave.id, { ...page, said });
  const ids = people.map(({ contactId }) => contactId);
  const notes = notesByPerson(await listPlanReasons(deps.db, wave.id, ids));
  return people.map((person) => ({ ...person, notes: notes.get(person.contactId) ?? [] }));
}

function namesOf({ credentialIds, meetingIds }: TopicIds, names: TopicNames): string[] {
  return [
    ...credentialIds.map((id) => names.credentials.get(id) ?? ''),
    ...meetingIds.map((id) => names.meetings.get(id) ?? ''),
  ].filter((name) => name !== '');
}

/** People whom the plan asks, in the order of sending, each with why something is late, joined or left out. */
async function plannedPeople(deps: Deps, wave: Wave, zone: string): Promise<AskedPerson[]> {
  const { plan, input, audience } = await preview(deps, wave, zone);
  const names = await topicNames(deps, wave);
  const contacts = new Map(audience.map((contact) => [contact.contactId, contact]));
  const { reasons } = collectReasons(input, plan);
  const notes = notesByPerson(reasons.map((reason) => ({ ...reason, topics: namesOf(reason, names) })));
  return plan.touches.flatMap((touch) => {
    const contact = contacts.get(touch.contactId);
    if (contact === undefined) return [];
    return [
      {
        contactId: contact.contactId,
        contactName: contact.contactName,
        employerId: contact.employerId,
        employerName: contact.employerName,
        city: contact.city,
        topics: touch.asks.map((ask) => aboutText(ask, names)),
        notes: notes.get(contact.contactId) ?? [],
        sendAt: touch.steps[0]?.sendAfter ?? null,
        sentAt: null,
        state: 'planned',
      },
    ];
  });
}

async function plannedLeftOut(deps: Deps, wave: Wave, zone: string) {
  const { plan, audience, input, summary } = await preview(deps, wave, zone);
  const contacts = new Map(audience.map((contact) => [contact.contactId, contact]));
  const now = input.now.getTime();
  const lastTouch = new Map<number, Date>();
  for (const touch of input.ledger) {
    const known = lastTouch.get(touch.contactId);
    if (touch.from.getTime() <= now && (known === undefined || known < touch.from)) {
      lastTouch.set(touch.contactId, touch.from);
    }
  }
  const names = await topicNames(deps, wave);
  const { leftOut } = collectReasons(input, plan);
  const rows = leftOut.flatMap((exclusion): LeftOutRow[] => {
    const contact = contacts.get(exclusion.contactId);
    if (contact === undefined) return [];
    return [
      {
        contactId: contact.contactId,
        contactName: contact.contactName,
        employerId: contact.employerId,
        employerName: contact.employerName,
        city: contact.city,
        reason: exclusion.reason,
        freeAgainOn: exclusion.freeAgainOn,
        topics: namesOf(exclusion, names),
        lastTouchAt: lastTouch.get(contact.contactId) ?? null,
      },
    ];
  });
  rows.sort(
    (a, b) =>
      (a.employerName < b.employerName ? -1 : a.employerName > b.employerName ? 1 : 0) ||
      a.contactId - b.contactId,
  );
  return { rows, summary };
}

async function showWave(
  deps: Deps,
  request: FastifyRequest<WithId>,
  reply: FastifyReply,
  options: { changedWhileOpen?: boolean } = {},
): Promise<FastifyReply> {
  const wave = await getWave(deps.db, request.staff.agencyId, parseId(request.params.id));
  const now = deps.clock.now();
  const zone = request.staff.timeZone;
  const { done } = request.query;
  const changedWhileOpen = options.changedWhileOpen ?? false;
  if (wave.launchedAt !== null) {
    const credentials = await listCredentialProgress(deps.db, wave.id);
    const asked = wave.state === 'running' ? credentials.map(({ id }) => id) : [];
    const page = launchedPage(wave, {
      progress: await getProgress(deps.db, wave.id),
      credentials,
      forecasts: await readForecasts(deps.db, wave.agencyId, asked, now),
      meetings: await listMeetingProgress(deps.db, wave.id),
      excluded: await countExclusions(deps.db, wave.id),
      reasons: await countPlanReasons(deps.db, wave.id),
      risk: decideWaveSafety(await getWaveSafetyFacts(deps.db, wave.id)).reason,
      zone,
      now,
      staff: request.staff,
      done,
    });
    return reply.page('waves/wave', page);
  }
  const datesWork = wave.draft.protocol !== null && protocolFaults(wave.draft.protocol, now).length === 0;
  if (wave.state === 'proposed' && datesWork) {
    const { summary, input } = await preview(deps, wave, zone);
    const { protocol, warmUp = null } = input;
    const names = await topicNames(deps, wave);
    const facts = {
      summary,
      protocol,
      warmUp,
      names,
      zone,
      now,
      staff: request.staff,
      done,
      changedWhileOpen,
    };
    return reply.page('waves/proposed', proposedPage(wave, facts), { status: changedWhileOpen ? 409 : 200 });
  }
  return reply.page('waves/draft', draftPage(wave, { staff: request.staff, zone, done, datesWork }));
}
