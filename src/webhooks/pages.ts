import { apiPaths } from '../api/paths.ts';
import { WEBHOOK_EVENT_TYPES, type WebhookEventType } from '../events/types.ts';
import { webhookPaths } from './paths.ts';
import type { DeliveryRow, findEndpoint, listEndpoints } from './queries.ts';
import { messageIdOf } from './rules.ts';
import { DELIVERY_WORDS, DISABLED_WORDS, ERROR_WORDS, EVENT_WORDS } from './words.ts';

export const DELIVERIES_SHOWN = 25;

const TABS = [
  { href: apiPaths.keys, text: 'API keys', current: false },
  { href: webhookPaths.endpoints, text: 'Webhooks', current: true },
];

function stateOf(endpoint: Pick<Endpoint, 'state' | 'disabledReason'>) {
  if (endpoint.state === 'paused') return { kind: 'active', text: 'Paused: what happens waits' };
  return endpoint.state === 'active'
    ? { kind: 'good', text: 'On' }
    : { kind: 'quiet', text: endpoint.disabledReason ? DISABLED_WORDS[endpoint.disabledReason] : 'Off' };
}

export function endpointsPage(facts: {
  endpoints: Awaited<ReturnType<typeof listEndpoints>>;
  mayManage: boolean;
  done?: string | undefined;
}) {
  return {
    title: 'Webhooks',
    tabs: TABS,
    notice: noticeOf(facts.done),
    endpoints: facts.endpoints.map((endpoint) => ({
      href: webhookPaths.endpoint(endpoint.id),
      name: endpoint.name,
      url: endpoint.url,
      events: endpoint.eventTypes,
      state: stateOf(endpoint),
      waiting: endpoint.waiting,
      failed: endpoint.failed,
    })),
    action: facts.mayManage ? webhookPaths.endpoints : null,
    eventTypes: WEBHOOK_EVENT_TYPES.map((type) => ({ value: type, text: EVENT_WORDS[type], hint: type })),
  };
}

type Endpoint = NonNullable<Awaited<ReturnType<typeof findEndpoint>>>;

const DONE: Record<string, string> = {
  off: 'The endpoint is told nothing more.',
  on: 'The endpoint is told of what happens from now on.',
  paused: 'Nothing is sent until somebody goes on. What happens meanwhile waits.',
  resumed: 'What has waited is sent now.',
  deleted: 'The endpoint is deleted.',
  replayed: 'It is sent again.',
};

function noticeOf(done: string | undefined) {
  const text = done ? DONE[done] : undefined;
  return text ? { kind: 'success' as const, text } : null;
}

export function endpointPage(facts: {
  endpoint: Endpoint;
  publicKey: string;
  /** Present once: just after it was made. */
  secret: string | null;
  deliveries: readonly DeliveryRow[];
  before: number | null;
  mayManage: boolean;
  zone: string;
  now: Date;
  done: string | undefined;
}) {
  const { endpoint, mayManage, now } = facts;
  const isOn = endpoint.state !== 'disabled';
  const shown = facts.deliveries.slice(0, DELIVERIES_SHOWN);
  const path = webhookPaths.endpoint(endpoint.id);
  return {
    title: endpoint.name,
    breadcrumbs: [{ href: webhookPaths.endpoints, text: 'Webhooks' }],
    zone: facts.zone,
    notice: noticeOf(facts.done),
    secret: facts.secret,
    state: stateOf(endpoint),
    rows: [
      { key: 'Address', value: endpoint.url },
      {
        key: 'Is told when',
        value: endpoint.eventTypes.map((type) => EVENT_WORDS[type as WebhookEventType] ?? type).join('; '),
      },
      { key: 'Made by', value: endpoint.createdByName },
      { key: 'Public key (v1a, Ed25519)', value: facts.publicKey },
    ],
    rotating: endpoint.previousUntil && now < endpoint.previousUntil ? endpoint.previousUntil : null,
    actions: mayManage
      ? {
          rotate: isOn ? webhookPaths.rotate(endpoint.id) : null,
          switchOff: isOn ? webhookPaths.switchOff(endpoint.id) : null,
          pause: endpoint.state === 'active' ? webhookPaths.pause(endpoint.id) : null,
          resume: endpoint.state === 'paused' ? webhookPaths.resume(endpoint.id) : null,
          delete: isOn ? null : webhookPaths.delete(endpoint.id),
          switchOn: isOn ? null : webhookPaths.switchOn(endpoint.id),
        }
      : null,
    deliveries: shown.map((delivery) => ({
      id: messageIdOf(delivery.eventId),
      type: delivery.type,
      about: [delivery.data.credential, delivery.data.list].filter(Boolean).join(' on '),
      createdAt: delivery.createdAt,
      state: DELIVERY_WORDS[delivery.state],
      next: delivery.state === 'waiting' && delivery.attempts > 0 ? delivery.dueAt : null,
      replayedBy: delivery.replayedBy,
      tries: delivery.tries.map((attempt) => ({
        at: attempt.at,
        outcome: attempt.error ? ERROR_WORDS[attempt.error] : `Answered ${attempt.status}`,
        duration: `${attempt.durationMs.toLocaleString('en-US')} ms`,
      })),
      replay:
        mayManage && isOn && delivery.state !== 'waiting'
          ? webhookPaths.replay(endpoint.id, delivery.id)
          : null,
    })),
    pages: {
      previous: facts.before === null ? null : path,
      next: facts.deliveries.length > DELIVERIES_SHOWN ? `${path}?before=${shown.at(-1)!.id}` : null,
      text: `${shown.length} of the log`,
    },
  };
}
