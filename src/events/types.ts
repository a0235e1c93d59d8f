/**
 * What other systems are told of, in the changed-since feed and, the most of it, by webhook. Names are the API's own.
 */
export const EVENT_TYPES = [
  'application.submitted',
  'decision.made',
  'application.due_for_review',
  'application.renewed',
  'application.lapsed',
  'snapshot.frozen',
  'requirement.met',
  'requirement.lapsing',
  'requirement.lapsed',
  'counts.changed',
  'credential.changed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Those that endpoints can be told by webhook. */
export const WEBHOOK_EVENT_TYPES = [
  'requirement.met',
  'requirement.lapsing',
  'requirement.lapsed',
  'snapshot.frozen',
  'decision.made',
  'application.due_for_review',
  'application.renewed',
  'application.lapsed',
] as const satisfies readonly EventType[];
export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];

/** Ids, slugs, states, hashes and times as text; never names, addresses or answers. */
export type EventFacts = { [key: string]: string | number | null };
/** As kept and told: with where the things are that it names. */
export type EventData = { [key: string]: string | number | null | Record<string, string> };

/** The feed of what all agencies share, the credentials. An agency's own feed has its id. */
export const CATALOGUE_FEED = 0;
