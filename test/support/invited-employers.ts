import type { Db } from '../../src/db/client.ts';
import { agencies, staffMembers } from '../../src/db/schema/agencies.ts';
import { committeeSeats, committees, meetings } from '../../src/db/schema/committees.ts';
import { credentials, issuers } from '../../src/db/schema/credentials.ts';
import { contacts, employerDomains, employers } from '../../src/db/schema/employers.ts';
import { asks, invitations, waves } from '../../src/db/schema/outreach.ts';
import type { Deps } from '../../src/deps.ts';
import { hashToken, linkToken } from '../../src/lib/tokens.ts';
import { PUBLIC_RECORDS_NOTICE, WYOMING_INSTRUMENT } from '../../src/surveys/presets.ts';
import { markWordingUsed, publishInstrument, publishNotice } from '../../src/surveys/publish-wording.ts';

const DAY_MS = 86_400_000;

export type InvitedOptions = {
  now: Date;
  /** How many credentials each link asks about. */
  credentials?: number;
  /** Whether each link also invites to a meeting. */
  meeting?: boolean;
  employers?: number;
  waveState?: 'running' | 'paused';
};

export type InvitedEmployer = {
  employerId: number;
  contactId: number;
  invitationId: number;
  token: string;
  askIds: number[];
  meetingAskId: number | null;
};

export type Invited = {
  agencyId: number;
  staffIds: [number, number];
  waveId: number;
  credentialIds: number[];
  issuerIds: number[];
  meetingId: number | null;
  instrumentVersionId: number;
  employers: InvitedEmployer[];
};

const CREDENTIALS = [
  ['Certified Production Technician 4.0 (CPT 4.0)', 'Manufacturing Skill Standards Council'],
  ['Certified Welder', 'American Welding Society'],
  ['Certified Logistics Associate', 'Manufacturing Skill Standards Council'],
  ['CompTIA A+', 'CompTIA'],
  ['Commercial Driver License, Class A', 'State driver licensing agency'],
] as const;

let made = 0;

/** A running wave whose employers have their links, made straight in the tables that the mailer fills. */
export async function inviteEmployers(
  deps: Pick<Deps, 'db' | 'secrets'>,
  options: InvitedOptions,
): Promise<Invited> {
  const { db } = deps;
  const { now } = options;
  made += 1;
  const tag = `w${made}`;
  const agencyId = await idOf(
    db.insert(agencies).values({
      slug: `agency-${tag}`,
      name: 'Department of Workforce Services',
      shortName: 'Workforce Services',
      mailFromName: 'Workforce Services',
      mailFromAddress: `surveys-${tag}@state.example`,
      replyTo: 'questions@state.example',
      postalAddress: '122 W 25th St, Cheyenne, WY 82001',
      phone: '(307) 555-0100',
      timeZone: 'America/Denver',
      stateCode: 'WY',
      createdAt: now,
    }),
  );
  const staffIds = [
    await idOf(db.insert(staffMembers).values(staff(agencyId, `a-${tag}`, now))),
    await idOf(db.insert(staffMembers).values(staff(agencyId, `b-${tag}`, now))),
  ] as [number, number];
  const { instrumentVersionId } = await publishInstrument(db, {
    slug: 'wyoming',
    name: 'Wyoming',
    body: WYOMING_INSTRUMENT,
    now,
  });
  const { noticeVersionId } = await publishNotice(db, { agencyId, body: PUBLIC_RECORDS_NOTICE, now });
  await markWordingUsed(db, { instrumentVersionId, noticeVersionId, now });

  const asked = CREDENTIALS.slice(0, options.credentials ?? 3);
  const issuerIds: number[] = [];
  const credentialIds: number[] = [];
  for (const [name, issuer] of asked) {
    const known = asked.findIndex((each) => each[1] === issuer);
    const issuerId =
      issuerIds[known] ??
      (await idOf(db.insert(issuers).values({ name: issuer, nameKey: `${issuer} ${tag}`.toLowerCase() })));
    issuerIds.push(issuerId);
    credentialIds.push(
      await idOf(
        db.insert(credentials).values({
          slug: `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${tag}`,
          name,
          nameKey: name.toLowerCase(),
          issuerId,
          naicsPrefixes: ['31'],
          createdAt: now,
          updatedAt: now,
        }),
      ),
    );
  }
  const meetingId = options.meeting ? await insertMeeting(db, agencyId, staffIds[0], tag, now) : null;
  const waveId = await idOf(
    db.insert(waves).values({
      agencyId,
      name: `Spring ${tag}`,
      state: options.waveState ?? 'running',
      pausedAt: options.waveState === 'paused' ? now : null,
      topics: { credentialIds, meetingIds: meetingId ? [meetingId] : [] },
      protocolSha256: '0'.repeat(64),
      instrumentVersionId,
      noticeVersionId,
      closeAt: new Date(now.getTime() + 14 * DAY_MS),
      graceUntil: new Date(now.getTime() + 21 * DAY_MS),
      createdBy: staffIds[0],
      proposedBy: staffIds[0],
      proposedAt: now,
      approvedBy: staffIds[1],
      approvedAt: now,
      launchedAt: now,
      createdAt: now,
      updatedAt: now,
    }),
  );
  const invited: InvitedEmployer[] = [];
  for (let number = 1; number <= (options.employers ?? 1); number += 1) {
    invited.push(
      await inviteOne(deps, {
        agencyId,
        waveId,
        credentialIds,
        meetingId,
        instrumentVersionId,
        tag: `${tag}-${number}`,
        options,
      }),
    );
  }
  return {
    agencyId,
    staffIds,
    waveId,
    credentialIds,
    issuerIds,
    meetingId,
    instrumentVersionId,
    employers: invited,
  };
}

async function inviteOne(
  deps: Pick<Deps, 'db' | 'secrets'>,
  input: {
    agencyId: number;
    waveId: number;
    credentialIds: readonly number[];
    meetingId: number | null;
    instrumentVersionId: number;
    tag: string;
    options: InvitedOptions;
  },
): Promise<InvitedEmployer> {
  const { db } = deps;
  const { agencyId, waveId, credentialIds, meetingId, instrumentVersionId, tag } = input;
  const { now } = input.options;
  const employerId = await idOf(
    db.insert(employers).values({
      legalName: `Bighorn Fabrication ${tag} LLC`,
      nameKey: `bighorn fabrication ${tag}`,
      createdAt: now,
      updatedAt: now,
    }),
  );
  const domain = `bighorn-${tag}.example`;
  await db.insert(employerDomains).values({ employerId, domain });
  const contactId = await idOf(
    db.insert(contacts).values({
      employerId,
      name: 'Ann Lee',
      email: `ann@${domain}`,
      emailKey: `ann@${domain}`,
      emailDomain: domain,
      title: 'Shop manager',
      createdAt: now,
      updatedAt: now,
    }),
  );
  const invitationId = await idOf(
    db.insert(invitations).values({
      waveId,
      agencyId,
      contactId,
      employerId,
      tokenHash: hashToken(tag),
      expiresAt: new Date(now.getTime() + 21 * DAY_MS),
      createdAt: now,
    }),
  );
  const token = linkToken(deps.secrets.linkKey, 'answer', invitationId);
  await deps.db.execute(
    // The token is a function of the id, which is known only now.
    `update invitations set token_hash = '\\x${hashToken(token).toString('hex')}' where id = ${invitationId}`,
  );
  const common = {
    waveId,
    invitationId,
    contactId,
    employerId,
    state: 'asked' as const,
    askedAt: now,
    createdAt: now,
  };
  const rows = await db
    .insert(asks)
    .values([
      ...credentialIds.map((credentialId, index) => ({
        ...common,
        credentialId,
        instrumentVersionId,
        position: index + 1,
      })),
      ...(meetingId
        ? [{ ...common, meetingId, seatRole: 'employer', position: credentialIds.length + 1 }]
        : []),
    ])
    .returning({ id: asks.id, credentialId: asks.credentialId });
  return {
    employerId,
    contactId,
    invitationId,
    token,
    askIds: rows.filter(({ credentialId }) => credentialId !== null).map(({ id }) => id),
    meetingAskId: rows.find(({ credentialId }) => credentialId === null)?.id ?? null,
  };
}

async function insertMeeting(
  db: Db,
  agencyId: number,
  staffId: number,
  tag: string,
  now: Date,
): Promise<number> {
  const committeeId = await idOf(
    db.insert(committees).values({
      agencyId,
      slug: `committee-${tag}`,
      name: 'Manufacturing advisory committee',
      purpose: 'Four times a year, employers tell schools what to teach.',
      createdAt: now,
    }),
  );
  await db.insert(committeeSeats).values({ committeeId, number: 1, role: 'employer' });
  return idOf(
    db.insert(meetings).values({
      committeeId,
      title: 'Spring meeting',
      startsAt: new Date(now.getTime() + 20 * DAY_MS),
      endsAt: new Date(now.getTime() + 20 * DAY_MS + 5_400_000),
      timeZone: 'America/Denver',
      place: 'Laramie County Library, Cheyenne',
      uid: `meeting-${tag}`,
      createdBy: staffId,
      createdAt: now,
      updatedAt: now,
    }),
  );
}

function staff(agencyId: number, tag: string, now: Date) {
  const email = `staff-${tag}@state.example`;
  return {
    agencyId,
    email,
    emailKey: email,
    name: `Staff ${tag}`,
    role: 'approver' as const,
    createdAt: now,
  };
}

type Returning = { returning(): PromiseLike<{ id: number }[]> };

async function idOf(insert: Returning): Promise<number> {
  const [row] = await insert.returning();
  return row!.id;
}
