import { type Figures, MET_REQUIREMENT_STATUSES, type Measure, type Requirement } from '../evidence/types.ts';
import {
  BODY_DEMAND_WORDS,
  MEASURE_WORDS,
  REQUIREMENT_REASON_WORDS,
  REQUIREMENT_TAGS,
  REQUIREMENT_WORDS,
  STATUS_WORDS,
} from '../evidence/words.ts';
import { formatDate } from '../lib/zoned-time.ts';

const FIGURE_ROWS: { key: keyof Figures; text: string; indent: boolean }[] = [
  { key: 'asked', text: 'Asked', indent: false },
  { key: 'delivered', text: 'Delivered (nothing came back)', indent: false },
  { key: 'answered', text: 'Answered', indent: false },
  { key: 'bothYes', text: STATUS_WORDS.both_yes, indent: true },
  { key: 'no', text: STATUS_WORDS.no, indent: true },
  { key: 'notSure', text: STATUS_WORDS.not_sure, indent: true },
  { key: 'notFamiliar', text: STATUS_WORDS.not_familiar, indent: true },
  { key: 'conflicting', text: STATUS_WORDS.conflicting, indent: true },
  { key: 'excluded', text: STATUS_WORDS.excluded, indent: true },
  { key: 'agedOut', text: STATUS_WORDS.aged_out, indent: true },
];

export function figureRows(figures: Figures) {
  return FIGURE_ROWS.map(({ key, text, indent }) => ({ text, value: figures[key], indent }));
}

/** How a requirement stands, in words and for tags, bars and tables. */
export function standing(requirement: Requirement, zone: string) {
  const { status, required, figures, shortfall, reasons } = requirement;
  const measures = measuresOf(requirement);
  const met = measures.filter(({ has, needs }) => has >= needs).length;
  const byBodies = required === 0 && status !== 'unsupported';
  return {
    tag: { kind: REQUIREMENT_TAGS[status], text: REQUIREMENT_WORDS[status] },
    /** What the bar shows: employers, or how many of the things that the policy asks of bodies. */
    count: byBodies ? met : figures.bothYes,
    required: byBodies ? measures.length : required,
    text:
      status === 'unsupported'
        ? 'Not counted'
        : byBodies
          ? countInWords(requirement)
          : `${figures.bothYes} of ${required}`,
    label: byBodies ? 'Met of what the policy asks' : 'Yes to all questions',
    isMet: MET_REQUIREMENT_STATUSES.some((each) => each === status),
    shortfall,
    /** Beside the tag that says "Short". */
    shortBy: status === 'short' && shortfall > 0 ? shortfall : null,
    lapse: lapseInWords(requirement, zone),
    reasons: reasons.map((reason) => REQUIREMENT_REASON_WORDS[reason]),
    measures: measures.map(({ kind, has, needs }) => ({
      text: MEASURE_WORDS[kind],
      has,
      needs,
      isMet: has >= needs,
    })),
    /** More than one thing is asked for, so that a number of employers does not tell all. */
    isManifold: measures.length > 1,
    bodies: (requirement.bodies ?? []).map(({ kind, isMet }) => ({ text: BODY_DEMAND_WORDS[kind], isMet })),
  };
}

function measuresOf({ status, measures, required, figures }: Requirement): readonly Measure[] {
  if (status === 'unsupported') return [];
  return measures ?? [{ kind: 'employers', needs: required, has: figures.bothYes }];
}

function countInWords({ bodies = [], measures = [] }: Requirement): string {
  const vote = bodies.find(({ counted }) => counted !== null)?.counted;
  if (vote) return `${vote.approve} for, ${vote.reject} against`;
  return measures.map(({ has, needs }) => `${has} of ${needs}`).join(', ');
}

/** From which day on it is met no longer, and why; null while nothing ends. */
export function lapseInWords({ expiring, required }: Requirement, zone: string): string | null {
  if (!expiring) return null;
  const day = formatDate(expiring.on, zone);
  return expiring.fallsTo < required
    ? `Falls below ${required} on ${day}: no longer met from that day on, unless new answers come (${expiring.fallsTo} would be left).`
    : `No longer met from ${day} on: what it rests on is too old by then.`;
}
