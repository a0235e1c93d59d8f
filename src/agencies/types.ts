/** What a staff member may do in their own agency. Two different people are needed for what binds. */
export const STAFF_ROLES = ['viewer', 'editor', 'approver', 'admin'] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

export const API_SCOPES = [
  'credentials:read',
  'counts:read',
  'evidence:read',
  'applications:write',
  'decisions:propose',
  'ballots:propose',
  'webhooks:manage',
] as const;
export type ApiScope = (typeof API_SCOPES)[number];

export const ACTOR_KINDS = ['staff', 'employer', 'system', 'api'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];
