import { NOTHING_FURTHER, type Policy } from '../evidence/rules/policy.ts';
import { termsOf } from '../evidence/rules/terms.ts';
import { joinWords } from '../lib/join-words.ts';

/**
 * How a policy reads the answers that it counts, in sentences: what its rendering in plain words leaves to the meaning of a
 * question. The rendering itself is part of packets and says the same of a body for ever; this is for the console.
 */
export function readingOf(policy: Policy): string[] {
  const { questions } = termsOf(policy);
  const { wage, largestShare } = policy.formatVersion === 1 ? NOTHING_FURTHER : policy;
  return [
    ...questions.map(({ key, yes, no }) => {
      const noes = no.size === 0 ? '' : ` and ${listOf(no)} as a no`;
      return `To the question “${key}” it reads ${listOf(yes)} as a yes${noes}.`;
    }),
    ...(wage
      ? [
          `Starting pay is read from the question “${wage.question}”: ${joinWords(
            wage.bands.map(({ value, from }) => `${value} from $${from}`),
            'and',
          )}.`,
        ]
      : []),
    ...(largestShare ? [`The largest share is ${largestShare.percent} percent, rounded down.`] : []),
    `It is called about to lapse ${policy.warnDaysBeforeLapse} days before it does.`,
  ];
}

const listOf = (values: ReadonlySet<string>) => joinWords([...values], 'or');
