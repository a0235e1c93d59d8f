import { formatDate } from '../lib/zoned-time.ts';
import type { OwnWave } from './calendar-queries.ts';
import { calendarPath, wavePath, wavesPath } from './paths.ts';
import { type CalendarDay, monthBeside } from './rules/wave-calendar.ts';
import { STATE_KIND, STATE_TEXT } from './words.ts';

const number = (value: number) => value.toLocaleString('en-US');
const inUtc = (date: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...options }).format(new Date(`${date}T00:00:00Z`));
const monthText = (month: string) => inUtc(`${month}-01`, { month: 'long', year: 'numeric' });
const dayText = (date: string) => inUtc(date, { weekday: 'short', month: 'short', day: 'numeric' });

export type CalendarWave = OwnWave & { sent: number; planned: number };

export function calendarPage(facts: {
  month: string;
  today: string;
  zone: string;
  days: readonly CalendarDay[];
  own: readonly CalendarWave[];
  /** One entry for each launched wave of another agency that has touches in the month: numbers, nothing else. */
  others: readonly { sent: number; planned: number }[];
}) {
  const { month, zone } = facts;
  const beside = (by: -1 | 1) => {
    const to = monthBeside(month, by);
    return { href: `${calendarPath}?month=${to}`, text: monthText(to) };
  };
  const names = new Map(facts.own.map((wave) => [wave.id, wave.name]));
  const total = (of: 'sent' | 'planned') => number(facts.days.reduce((sum, day) => sum + day[of], 0));
  const when = ({ protocol }: CalendarWave) =>
    protocol === null
      ? 'No dates yet'
      : `${formatDate(protocol.sendFrom, zone)} to ${formatDate(new Date(protocol.closeAt.getTime() - 1), zone)}`;
  return {
    title: `Calendar: ${monthText(month)}`,
    breadcrumbs: [{ href: wavesPath, text: 'Waves' }],
    previous: beside(-1),
    next: beside(1),
    thisMonth: month === facts.today.slice(0, 7) ? null : calendarPath,
    totals: `${total('sent')} sent, ${total('planned')} planned`,
    days: facts.days.map((day) => ({
      text: dayText(day.date),
      note: day.date === facts.today ? 'Today' : day.isHoliday ? 'Federal holiday' : null,
      sent: number(day.sent),
      planned: number(day.planned),
      free: day.capacity === null ? '' : `${number(day.capacity.free)} of ${number(day.capacity.total)}`,
      waves: day.waves.map(({ waveId, touches }) => ({
        href: waveId === null ? null : wavePath(waveId),
        name: waveId === null ? 'Another agency' : (names.get(waveId) ?? 'A wave of yours'),
        touches: number(touches),
      })),
    })),
    waves: [
      ...facts.own.map((wave) => ({
        href: wavePath(wave.id),
        name: wave.name,
        state: STATE_TEXT[wave.state],
        kind: STATE_KIND[wave.state],
        when: when(wave),
        sent: number(wave.sent),
        planned: number(wave.planned),
      })),
      ...facts.others.map((wave) => ({
        href: null,
        name: 'Another agency',
        state: null,
        kind: null,
        when: '',
        sent: number(wave.sent),
        planned: number(wave.planned),
      })),
    ],
  };
}
