import { describe, expect, it } from 'vitest';
import { checkHistory } from './check-history.ts';
import type { Change, History, MessageRow, Operation } from './history.ts';
import type { Delivery } from './sink.ts';

const message = (over: Partial<MessageRow> = {}): MessageRow => ({
  id: 1,
  messageId: 'm1@x',
  contactId: 1,
  employerId: 1,
  email: 'ann@a.example',
  outreach: true,
  step: 0,
  state: 'sent',
  reason: null,
  ...over,
});
const mail = (at: number, over: Partial<Delivery> = {}): Delivery => ({
  user: 'worker-1',
  from: 'b@x',
  to: 'ann@a.example',
  messageId: 'm1@x',
  link: null,
  startedAt: at,
  acceptedAt: at + 1,
  ...over,
});
const handOver = (at: number, attempts = 1): Change => ({
  messageRow: 1,
  at,
  from: 'claimed',
  to: 'claimed',
  attempts,
  handedOver: true,
});
const turned = (at: number, from: string, to: string): Change => ({
  messageRow: 1,
  at,
  from,
  to,
  attempts: 1,
  handedOver: false,
});
const answer = (at: number, incentive: string, over: Partial<Operation> = {}): Operation => ({
  kind: 'answer',
  key: 'link-1',
  choice: { incentive, preference: 'yes' },
  outcome: 'ok',
  server: 1,
  invokedAt: at,
  endedAt: at + 1,
  ...over,
});
const check = (over: Partial<History>, options: Parameters<typeof checkHistory>[1] = {}) =>
  checkHistory(
    { operations: [], faults: [], deliveries: [], changes: [], messages: [], standing: [], ...over },
    options,
  ).violations;

describe('the checker of fault runs', () => {
  it('finds nothing in a history in which all went well', () => {
    expect(
      check({
        messages: [message()],
        deliveries: [mail(10)],
        changes: [handOver(9), turned(12, 'claimed', 'sent')],
        operations: [answer(20, 'yes'), answer(30, 'no')],
        standing: [{ key: 'link-1', choice: { incentive: 'no', preference: 'yes' } }],
      }),
    ).toEqual([]);
  });

  it('finds who was missed, what did not end, what left unknown, and what went elsewhere', () => {
    expect(check({ messages: [message()] })[0]).toContain('no mail server took it');
    expect(check({ messages: [message({ state: 'claimed' })] })[0]).toContain('still claimed');
    expect(check({ messages: [message({ state: 'expired' })], deliveries: [mail(1)] })[0]).toContain(
      'it left',
    );
    expect(check({ deliveries: [mail(1)] })[0]).toContain('no row knows');
    expect(check({ messages: [message()], deliveries: [mail(1, { to: 'bob@b.example' })] })[0]).toContain(
      'somebody else',
    );
    const back = [turned(1, 'claimed', 'sent'), turned(2, 'sent', 'planned')];
    expect(check({ messages: [message()], deliveries: [mail(1)], changes: back })[0]).toContain(
      'back to planned',
    );
  });

  it('takes a double only from a hand-over before it was known to have left, with a fault in between', () => {
    const twice = { messages: [message()], deliveries: [mail(10), mail(500)] };
    const rightly = [
      handOver(9),
      turned(400, 'claimed', 'planned'),
      handOver(499, 2),
      turned(502, 'claimed', 'sent'),
    ];
    const faults = [{ what: 'worker killed', at: 12 }];
    expect(check({ ...twice, changes: rightly, faults })).toEqual([]);
    expect(check({ ...twice, changes: rightly })[0]).toContain('nothing was wrong');
    const late = [handOver(9), turned(12, 'claimed', 'sent'), handOver(499, 2)];
    expect(check({ ...twice, changes: late, faults })[0]).toContain('after it was known');
    const once = [handOver(9), turned(502, 'claimed', 'sent')];
    expect(check({ ...twice, changes: once, faults })[0]).toContain('handed over 1 times');
    expect(check({ ...twice, changes: once, faults }, { forgets: ['worker killed'] })).toEqual([]);
  });

  it('finds a lost answer, an older one that came back, and one that a second server does not know', () => {
    const stands = (incentive: string) => [{ key: 'link-1', choice: { incentive, preference: 'yes' } }];
    expect(check({ operations: [answer(1, 'yes')] })[0]).toContain('null stands');
    const changed = [answer(1, 'yes'), answer(5, 'no')];
    expect(check({ operations: changed, standing: stands('yes') })[0]).toContain('stands');
    const unclear = [answer(1, 'yes'), answer(5, 'no', { outcome: 'info' })];
    expect(check({ operations: unclear, standing: stands('no') })).toEqual([]);
    expect(check({ operations: unclear, standing: stands('yes') })).toEqual([]);
    const read: Operation = { ...answer(9, 'yes'), kind: 'read', seen: false, server: 2 };
    expect(check({ operations: [answer(1, 'yes'), read], standing: stands('yes') })[0]).toContain('server 2');
    const refused = answer(1, 'yes', { outcome: 'refused', because: '422' });
    expect(check({ operations: [refused] })[0]).toContain('422');
  });

  it('finds a touch handed over after a stop, and not one that was under way', () => {
    const stop: Operation = { ...answer(100, 'yes'), kind: 'stop', key: '1', endedAt: 105 };
    const left = { messages: [message()], deliveries: [mail(120)], operations: [stop] };
    expect(check({ ...left, changes: [handOver(104)] })).toEqual([]);
    expect(check({ ...left, changes: [handOver(106)] })[0]).toContain('said stop');
    const receipt = { ...left, messages: [message({ outreach: false })] };
    expect(check({ ...receipt, changes: [handOver(106)] })).toEqual([]);
  });

  it('counts budgets at the mail server, a repeated mail once', () => {
    const sent = (id: number, contactId: number, step = 0) =>
      message({ id, contactId, step, messageId: `m${id}@x`, email: 'ann@a.example' });
    const took = (id: number, at = id) => mail(at, { messageId: `m${id}@x` });
    expect(check({ messages: [sent(1, 1), sent(2, 1)], deliveries: [took(1), took(2)] })[0]).toContain(
      'contact 1 has more than 1 invitations',
    );
    const four = [1, 2, 3, 4];
    expect(
      check({ messages: four.map((id) => sent(id, id)), deliveries: four.map((id) => took(id)) })[0],
    ).toContain('employer 1 has more than 3 people');
    expect(
      check({
        messages: [sent(1, 1), sent(2, 1, 1), sent(3, 1, 2)],
        deliveries: [took(1), took(2), took(3)],
      }),
    ).toEqual([]);
    const later = 31 * 86_400_000;
    expect(check({ messages: [sent(1, 1), sent(2, 1)], deliveries: [took(1), took(2, later)] })).toEqual([]);
  });
});
