import { canonicalJson } from '../lib/canonical-json.ts';
import { federalHolidaysBetween } from '../lib/federal-holidays.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { isoFromDay, localDay } from '../outreach/planner/calendar.ts';
import { storedProtocol, type WaveProtocol } from './types.ts';

/** The protocol as JSON: what the row keeps and what the hash is taken over. */
export function protocolToJson(protocol: WaveProtocol): Record<string, unknown> {
  return {
    ...protocol,
    sendFrom: protocol.sendFrom.toISOString(),
    sendUntil: protocol.sendUntil.toISOString(),
    remindAt: protocol.remindAt.map((at) => at.toISOString()),
    closeAt: protocol.closeAt.toISOString(),
  };
}

/** The protocol of a row; null while the wizard has not come to it. */
export function protocolFromJson(json: unknown): WaveProtocol | null {
  const parsed = storedProtocol.safeParse(json);
  return parsed.success ? parsed.data : null;
}

/** SHA-256 of the canonical JSON: what "frozen at launch" can be checked by. */
export function protocolSha256(json: Record<string, unknown>): string {
  return sha256Hex(canonicalJson(json));
}

/** Federal holidays that fall into a wave, as the agency's calendar has them. */
export function holidaysIn(protocol: Pick<WaveProtocol, 'sendFrom' | 'closeAt'>, zone: string): string[] {
  return federalHolidaysBetween(
    isoFromDay(localDay(zone, protocol.sendFrom.getTime())),
    isoFromDay(localDay(zone, protocol.closeAt.getTime())),
  );
}

export function graceUntil(protocol: Pick<WaveProtocol, 'closeAt' | 'graceDays'>): Date {
  return new Date(protocol.closeAt.getTime() + protocol.graceDays * 86_400_000);
}
