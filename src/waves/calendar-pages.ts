import { formatDate } from '../lib/zoned-time.ts';
import type { OwnWave } from './calendar-queries.ts';
import { calendarPath, wavePath } from './paths.ts';
import type { FreeCapacity } from './read-free-capacity.ts';
import { type CalendarDay, type CalendarWeek, monthBeside } from './rules/wave-calendar.ts';
import { STATE_KIND, STATE_TEXT } from './words.ts';

const number = (value: number) => value.toLocaleString('en-US');
const inUtc = (date: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...options }).format(new Date(`${date}T00:00:00Z`));
const monthText = (month: string) => inUtc(`${month}-01`, { month: 'long', year: 'numeric' });
const dayText = (date: string) => inUtc(date, { weekday: 'short', month: 'short', day: 'numeric' });

const outOf = (part: number, whole: number) => `${number(part)} of ${number(whole)}`;
const freeText = (capacity: CalendarDay['capacity']) =>
  capacity === null ? '' : outOf(capacity.free, capacity.total);
const inDays = (date: string, days: number) =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

export type CalendarWave = OwnWave & { sent: number; planned: number };

export function calendarPage(facts: {
  month: string;
  today: string;
  zone: string;
  days: readonly CalendarDay[];
  /** The weeks that the month touches, and what the contact budgets leave free in each; null when all are over. */
  weeks: readonly CalendarWeek[];
  capacity: FreeCapacity | null;
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
    previous: beside(-1),
    next: beside(1),
    thisMonth: month === facts.today.slice(0, 7) ? null : calendarPath,
    totals: `${total('sent')} sent, ${total('planned')} planned`,
    weeks: facts.weeks.map((week, index) => {
      const isOver = inDays(week.from, 7) <= facts.today;
      const free = isOver ? undefined : facts.capacity?.weeks[index];
      return {
        text: dayText(week.from),
        note: !isOver && week.from <= facts.today ? 'This week' : null,
        sent: number(week.sent),
        planned: number(week.planned),
        free: freeText(week.capacity),
        employers: free === undefined ? '' : outOf(free.employers, facts.capacity?.employers ?? 0),
        people: free === undefined ? '' : outOf(free.people, facts.capacity?.people ?? 0),
        notes: week.notes.map(({ date, text }) => `${dayText(date)}: ${text}`),
      };
    }),
    nothing: facts.days.every((day) => day.sent + day.planned === 0),
    days: facts.days.map((day) => ({
      text: dayText(day.date),
      // Left out on a phone, where each day is a block of its own.
      isEmpty:
        day.sent + day.planned === 0 && day.waves.length === 0 && !day.note && day.date !== facts.today,
      note: [day.date === facts.today ? 'Today' : '', day.note ?? '']
        .filter((part) => part !== '')
        .join(', '),
      // Days without mail stay blank, so that those with some are seen.
      sent: day.sent > 0 ? number(day.sent) : '',
      planned: day.planned > 0 ? number(day.planned) : '',
      free: freeText(day.capacity),
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
