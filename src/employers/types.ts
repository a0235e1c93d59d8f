export const CONTACT_STATES = ['active', 'left', 'wrong_role'] as const;
export type ContactState = (typeof CONTACT_STATES)[number];

/** A proposal that two records are one employer. While it is open both count once. */
export const DUPLICATE_STATES = ['open', 'merged', 'distinct'] as const;
export type DuplicateState = (typeof DUPLICATE_STATES)[number];

/** What takes a second person: taking a decision back, or merging what somebody said is different. */
export const IDENTITY_REQUEST_KINDS = ['reopen', 'merge'] as const;
export type IdentityRequestKind = (typeof IDENTITY_REQUEST_KINDS)[number];
export const IDENTITY_REQUEST_STATES = ['requested', 'confirmed', 'withdrawn'] as const;

export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What a decision about who is who would do to the counts: told by a later feature, shown before anybody decides. */
export type CountChanges = {
  changes: {
    credential: string;
    href: string;
    policy: string;
    /** Employers that count, and how the requirement stands, now and after. */
    from: { count: number; status: string };
    to: { count: number; status: string };
    required: number;
    /** What becomes of these records' employers, where that is more than a number. */
    note: string | null;
  }[];
  /** Counts that these records are part of and that stay as they are. */
  unchanged: number;
  /** Counts that were not looked at, since there are very many. */
  notShown: number;
};

/** Who wrote to an employer's people, in words: told by a later feature, shown on the employer's page. */
export type EmployerTouches = {
  employerFree: string;
  people: { name: string; last: string; free: string }[];
  touches: {
    person: string;
    when: string;
    who: string;
    what: string | null;
    wave: { href: string; name: string } | null;
  }[];
  /** What the agency's own waves put off, joined to another mail or did not ask, the latest first. */
  unasked: { person: string; when: string; what: string; wave: { href: string; name: string } }[];
};
