import { describe, expect, test } from 'vitest';
import type { StaffRole } from '../../src/agencies/types.ts';
import { WAVE_STATES } from '../../src/outreach/types.ts';
import { protocolForm, protocolFromForm, protocolValues, suggestedProtocol } from '../../src/waves/forms.ts';
import { protocolFromJson, protocolSha256, protocolToJson } from '../../src/waves/protocol.ts';
import { canDo, nextStep, protocolFaults, WAVE_ACTIONS } from '../../src/waves/rules.ts';
import { waveAudience } from '../../src/waves/types.ts';

const NOW = new Date('2026-11-20T18:00:00Z');
const ZONE = 'America/Denver';

describe('canDo', () => {
  test('allows each action in its states only', () => {
    const allowed = WAVE_STATES.map((state) => [
      state,
      WAVE_ACTIONS.filter((action) => canDo(action, { state, proposedBy: 1 }, { id: 2, role: 'admin' }).ok),
    ]);
    expect(Object.fromEntries(allowed)).toEqual({
      draft: ['edit', 'propose', 'cancel'],
      proposed: ['return', 'approve', 'cancel'],
      approved: ['cancel'],
      running: ['pause', 'close', 'cancel'],
      paused: ['resume', 'close'],
      closed: [],
      cancelled: [],
    });
  });

  test.each<[StaffRole, number, object]>([
    ['viewer', 2, { ok: false, reason: 'role' }],
    ['editor', 2, { ok: false, reason: 'role' }],
    ['approver', 2, { ok: true }],
    ['admin', 2, { ok: true }],
    ['admin', 1, { ok: false, reason: 'same_person' }],
  ])('a %s with id %i may approve what person 1 proposed: %j', (role, id, expected) => {
    expect(canDo('approve', { state: 'proposed', proposedBy: 1 }, { id, role })).toEqual(expected);
  });
});

test('nextStep leads through the wizard in order', () => {
  const audience = waveAudience.parse({});
  const protocol = suggestedProtocol(NOW, ZONE);
  const none = { credentialIds: [], meetingIds: [] };
  const some = { credentialIds: [1], meetingIds: [] };
  expect(nextStep({ audience: null, topics: none, protocol: null })).toBe('audience');
  expect(nextStep({ audience, topics: none, protocol: null })).toBe('topics');
  expect(nextStep({ audience, topics: some, protocol: null })).toBe('protocol');
  expect(nextStep({ audience, topics: { credentialIds: [], meetingIds: [3] }, protocol })).toBeNull();
});

describe('a protocol', () => {
  test('as suggested has no faults, keeps the holidays in it, and comes back from JSON as it was', () => {
    const protocol = suggestedProtocol(NOW, ZONE);
    expect(protocolFaults(protocol, NOW)).toEqual([]);
    expect(protocol.calendar.closedDates).toEqual(['2026-11-26']);
    const json = protocolToJson(protocol);
    expect(protocolFromJson(JSON.parse(JSON.stringify(json)))).toEqual(protocol);
    expect(protocolSha256(json)).toMatch(/^[0-9a-f]{64}$/);
    expect(protocolSha256({ ...json, graceDays: 8 })).not.toBe(protocolSha256(json));
  });

  test('survives the form and back, over the autumn and spring changes of the clock', () => {
    for (const date of ['2026-10-25T18:00:00Z', '2026-03-01T18:00:00Z', '2026-06-30T23:30:00Z']) {
      const protocol = suggestedProtocol(new Date(date), ZONE);
      const form = protocolForm.parse({ version: '0', ...protocolValues(protocol, ZONE) });
      expect(protocolFromForm(form, ZONE, protocol)).toEqual(protocol);
      const remindAt = [protocol.remindAt[0]!, new Date(protocol.remindAt[0]!.getTime() + 7 * 86_400_000)];
      const twice = { version: '0', ...protocolValues({ ...protocol, remindAt }, ZONE) };
      expect(protocolFromForm(protocolForm.parse(twice), ZONE, protocol).remindAt).toEqual(remindAt);
    }
  });

  test('is judged in the order of the form', () => {
    const protocol = suggestedProtocol(NOW, ZONE);
    const past = new Date(protocol.sendUntil.getTime() + 1);
    expect(protocolFaults(protocol, past)).toEqual(['send_until_past']);
    expect(protocolFaults({ ...protocol, sendUntil: protocol.sendFrom }, NOW)).toEqual([
      'send_until_before_from',
    ]);
    expect(protocolFaults({ ...protocol, closeAt: protocol.remindAt[0] as Date }, NOW)).toEqual([
      'close_before_reminder',
    ]);
    expect(protocolFaults({ ...protocol, remindAt: [protocol.sendFrom] }, NOW)).toEqual([
      'remind_before_send_until',
    ]);
    const [first] = protocol.remindAt as [Date];
    const twice = (second: Date) => protocolFaults({ ...protocol, remindAt: [first, second] }, NOW);
    expect(twice(first)).toEqual(['remind_again_before_first']);
    expect(twice(protocol.closeAt)).toEqual(['close_before_reminder']);
    expect(twice(new Date(first.getTime() + 7 * 86_400_000))).toEqual([]);
  });

  test('that is not one is none', () => {
    expect(protocolFromJson({})).toBeNull();
    expect(protocolFromJson({ sendFrom: 'soon' })).toBeNull();
  });
});
