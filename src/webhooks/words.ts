import type { WebhookEventType } from '../events/types.ts';
import type { AttemptError, DeliveryState, DisabledReason } from './types.ts';

export const EVENT_WORDS: Record<WebhookEventType, string> = {
  'requirement.met': 'A credential has reached what its list asks for',
  'requirement.lapsing': 'What was reached is about to lapse',
  'requirement.lapsed': 'What was reached no longer holds',
  'snapshot.frozen': 'Evidence was frozen',
  'decision.made': 'An application was decided, or an approval taken back',
  'application.due_for_review': 'An approval has come up for review',
  'application.renewed': 'An approval was renewed',
  'application.lapsed': 'An approval has lapsed: it was not renewed',
};

export const DELIVERY_WORDS: Record<DeliveryState, { text: string; kind: string }> = {
  waiting: { text: 'Waits', kind: 'active' },
  delivered: { text: 'Taken', kind: 'good' },
  failed: { text: 'Given up', kind: 'bad' },
  cancelled: { text: 'Dropped', kind: 'quiet' },
};

export const ERROR_WORDS: Record<AttemptError, string> = {
  address_refused: 'Not sent: the name leads to an address that is not of the public internet',
  name_unknown: 'The name could not be found',
  timeout: 'No answer within 20 seconds',
  tls: 'The certificate or the encryption does not hold',
  connection: 'No connection',
  worker_lost: 'The worker stopped before it noted the answer',
};

export const DISABLED_WORDS: Record<DisabledReason, string> = {
  by_staff: 'Switched off by your agency',
  gone: 'Switched off: it answered that it is gone (410)',
};
