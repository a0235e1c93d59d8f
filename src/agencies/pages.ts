import { agencyPaths } from './paths.ts';
import type { StaffMember } from './queries.ts';
import { hasRole, SIGN_IN_LINK_MINUTES } from './rules.ts';
import { STAFF_ROLES, type StaffRole } from './types.ts';

const ROLE_WORDS: Record<StaffRole, { text: string; hint: string }> = {
  viewer: { text: 'Viewer', hint: 'Sees everything of the agency, changes nothing' },
  editor: { text: 'Editor', hint: 'Imports, plans and proposes' },
  approver: { text: 'Approver', hint: 'Also approves waves, confirms evidence and decides' },
  admin: { text: 'Administrator', hint: 'Also adds people and API keys' },
};

/** Zones of the 50 states and the territories, as people know them. */
export const US_TIME_ZONES = [
  ['America/New_York', 'Eastern'],
  ['America/Chicago', 'Central'],
  ['America/Denver', 'Mountain'],
  ['America/Phoenix', 'Mountain, no daylight time (Arizona)'],
  ['America/Los_Angeles', 'Pacific'],
  ['America/Anchorage', 'Alaska'],
  ['Pacific/Honolulu', 'Hawaii'],
  ['America/Puerto_Rico', 'Atlantic (Puerto Rico, U.S. Virgin Islands)'],
  ['Pacific/Guam', 'Chamorro (Guam, Northern Mariana Islands)'],
  ['Pacific/Pago_Pago', 'Samoa'],
] as const;

export const signInPage = (next: string) => ({
  title: 'Staff sign-in',
  noindex: true,
  action: agencyPaths.signIn,
  next,
  minutes: SIGN_IN_LINK_MINUTES,
});

export const signInSentPage = (localMailbox: boolean) => ({
  title: 'Look in your inbox',
  noindex: true,
  minutes: SIGN_IN_LINK_MINUTES,
  signIn: agencyPaths.signIn,
  localMailbox,
});

export const signInLinkPage = (
  link: { staffName: string; agencyName: string },
  token: string,
  next: string,
) => ({
  title: `Sign in as ${link.staffName}`,
  noindex: true,
  ...link,
  action: agencyPaths.signInLink(token),
  next,
});

export const signInLinkSpentPage = () => ({
  title: 'This link no longer works',
  noindex: true,
  minutes: SIGN_IN_LINK_MINUTES,
  signIn: agencyPaths.signIn,
});

const SETUP_FIELDS = [
  'name',
  'shortName',
  'postalAddress',
  'mailFromAddress',
  'replyTo',
  'stateCode',
  'timeZone',
  'adminName',
  'adminEmail',
];

export const setupPage = (token: string) => ({
  title: 'Set up Countersign',
  noindex: true,
  action: agencyPaths.setup(token),
  timeZones: US_TIME_ZONES.map(([value, text]) => ({ value, text })),
  agencies: [1, 2].map((n) => ({
    heading: n === 1 ? 'Your agency' : 'The second agency',
    fields: Object.fromEntries(SETUP_FIELDS.map((field) => [field, `${field}${n}`])),
  })),
});

export const peoplePage = (facts: {
  agencyName: string;
  people: StaffMember[];
  viewer: { id: number; role: StaffRole };
}) => {
  const mayAdd = hasRole(facts.viewer.role, 'admin');
  return {
    title: 'People',
    agencyName: facts.agencyName,
    action: agencyPaths.people,
    mayAdd,
    roles: STAFF_ROLES.map((value) => ({ value, ...ROLE_WORDS[value] })),
    people: facts.people.map((person) => ({
      name: person.name,
      email: person.email,
      role: ROLE_WORDS[person.role].text,
      access: person.disabledAt ? 'Closed' : 'Open',
      closeAction:
        mayAdd && !person.disabledAt && person.id !== facts.viewer.id
          ? `${agencyPaths.person(person.id)}/close`
          : null,
    })),
  };
};
