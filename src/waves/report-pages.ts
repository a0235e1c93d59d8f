import { formatDate, formatDateTime } from '../lib/zoned-time.ts';
import { wavePath, wavesPath } from './paths.ts';
import type { Wave } from './queries.ts';
import { DISPOSITIONS, RATES } from './rules/response-rates.ts';
import type { ReportLine, WaveReport } from './rules/wave-report.ts';
import { DISPOSITION_TEXT, RATE_TEXT, SILENCE_TEXT, STATE_KIND, STATE_TEXT } from './words.ts';

const number = (value: number) => value.toLocaleString('en-US');
const share = (value: number | null) => (value === null ? 'None' : `${(value * 100).toFixed(1)}%`);
const people = (value: number) => `${number(value)} ${value === 1 ? 'person' : 'people'}`;
const decimal = (value: number | null) => (value === null ? null : value.toFixed(4));

/** How `e` was found, in a sentence that stands beside every rate that uses it. */
export function eligibilityText({ e, eligible, known }: WaveReport['eligibility']): string {
  if (known === 0) return 'e is 1: of nobody is it known yet whether they could be asked.';
  return `e is ${e.toFixed(3)}, estimated from this wave itself: of the ${people(known)} of whom it is known, ${number(eligible)} could be asked, and the same share is assumed among those of whom it is not known (UH and UO).`;
}

function boundsText(bounds: ReportLine['bounds']): string {
  if (bounds === null) return 'Not a question of yes';
  return `${number(bounds.yes)} of ${number(bounds.asked)} asked: at least ${share(bounds.low)}, at most ${share(bounds.high)}`;
}

export function reportPage(
  wave: Wave,
  facts: {
    report: WaveReport;
    credentials: readonly { id: number; name: string }[];
    zone: string;
    now: Date;
  },
) {
  const { report, zone, now } = facts;
  const { counts, rates, total } = report.wave;
  const ended = wave.state === 'cancelled' || (wave.graceUntil !== null && now >= wave.graceUntil);
  return {
    title: `Report: ${wave.name}`,
    breadcrumbs: [
      { href: wavesPath, text: 'Waves' },
      { href: wavePath(wave.id), text: wave.name },
    ],
    state: STATE_TEXT[wave.state],
    kind: STATE_KIND[wave.state],
    asOf: formatDateTime(now, zone),
    standing: ended
      ? 'This wave takes no more answers.'
      : `Answers are taken until ${wave.graceUntil ? formatDate(new Date(wave.graceUntil.getTime() - 1), zone) : 'the wave ends'}, so these figures will still change.`,
    csvPath: wavePath(wave.id, 'report.csv'),
    hasAsks: total > 0,
    totalText: people(total),
    dispositions: DISPOSITIONS.map((code) => ({
      code,
      text: DISPOSITION_TEXT[code],
      people: number(counts[code]),
    })),
    total: number(total),
    rates: RATES.map((rate) => ({ rate, text: RATE_TEXT[rate], value: share(rates[rate]) })),
    eligibilityText: eligibilityText(report.eligibility),
    silenceText: SILENCE_TEXT,
    credentials: facts.credentials.flatMap(({ id, name }) => {
      const line = report.credentials.get(id);
      if (line === undefined) return [];
      return [
        {
          name,
          cells: DISPOSITIONS.map((code) => ({ code, people: number(line.counts[code]) })),
          total: number(line.total),
          rr1: share(line.rates.RR1),
          rr3: share(line.rates.RR3),
          bounds: boundsText(line.bounds),
        },
      ];
    }),
    codes: DISPOSITIONS,
  };
}

export const REPORT_HEADERS = [
  'What',
  'Credential',
  ...DISPOSITIONS,
  'Total',
  'e',
  ...RATES,
  'Yes to all counting questions',
  'Asked and not known ineligible',
  'Lowest possible share of yes',
  'Highest possible share of yes',
  'How e was found',
  'How silence counts',
] as const;

/** The report as rows of a table: the wave first, counted in people, then each credential. */
export function reportRows(
  report: WaveReport,
  credentials: readonly { id: number; name: string }[],
): (string | number | null)[][] {
  const row = (what: string, credential: string, line: ReportLine) => [
    what,
    credential,
    ...DISPOSITIONS.map((code) => line.counts[code]),
    line.total,
    decimal(report.eligibility.e),
    ...RATES.map((rate) => decimal(line.rates[rate])),
    line.bounds?.yes ?? null,
    line.bounds?.asked ?? null,
    decimal(line.bounds?.low ?? null),
    decimal(line.bounds?.high ?? null),
    eligibilityText(report.eligibility),
    SILENCE_TEXT,
  ];
  return [
    row('Wave', '', report.wave),
    ...credentials.flatMap(({ id, name }) => {
      const line = report.credentials.get(id);
      return line === undefined ? [] : [row('Credential', name, line)];
    }),
  ];
}
