import type { SeededRandom } from '../lib/seeded-random.ts';

/** What a simulated person does with the mail. */
export type Course = 'ignores' | 'opens_only' | 'declines' | 'refers' | 'leaves_unfinished' | 'answers';

/** How often people do what, out of 100. Low enough to show silence, high enough to show evidence within one wave. */
const COURSES: readonly [Course, number][] = [
  ['ignores', 34],
  ['opens_only', 7],
  ['leaves_unfinished', 4],
  ['declines', 5],
  ['refers', 5],
  ['answers', 45],
];

export function chooseCourse(random: SeededRandom): Course {
  let left = random.below(100);
  for (const [course, share] of COURSES) {
    if (left < share) return course;
    left -= share;
  }
  return 'ignores';
}

/** How employers of the sample regard a credential, as chances. Whoever does not know it says nothing else about it. */
export type Regard = { knows: number; incentive: number; preference: number };

const HIGH: Regard = { knows: 0.97, incentive: 0.86, preference: 0.94 };
const FAIR: Regard = { knows: 0.85, incentive: 0.5, preference: 0.75 };
const LOW: Regard = { knows: 0.55, incentive: 0.2, preference: 0.45 };

/** By words of the credential's name; real credentials, invented opinions. */
const REGARDS: readonly [RegExp, Regard][] = [
  [
    /Clinical Medical Assistant|Basic Life Support|NCCER Core|OSHA 10|ServSafe Manager|Certified Welder|CompTIA A\+/,
    HIGH,
  ],
  [/Phlebotomy|EPA Section 608|Food Handler|NCCER Electrical|Production Technician|SHRM/, FAIR],
  [/Administrative Assistant|Information Technician|Guest Service|Crane|QuickBooks|Fundamentals/, LOW],
];

export function regardFor(credential: string): Regard {
  return REGARDS.find(([words]) => words.test(credential))?.[1] ?? FAIR;
}

export type CountingAnswer = 'yes' | 'no' | 'not_sure';
export type Opinion =
  | { familiar: false }
  | { familiar: true; incentive: CountingAnswer; preference: CountingAnswer };

export function formOpinion(credential: string, random: SeededRandom): Opinion {
  const regard = regardFor(credential);
  if (!random.chance(regard.knows)) return { familiar: false };
  return {
    familiar: true,
    incentive: answerWith(regard.incentive, random),
    preference: answerWith(regard.preference, random),
  };
}

function answerWith(yes: number, random: SeededRandom): CountingAnswer {
  if (random.chance(yes)) return 'yes';
  return random.chance(0.2) ? 'not_sure' : 'no';
}

/** How many employers say that they have something to do with an issuer that they are asked about. */
export const CONNECTED = 0.12;

/** What connected employers say of one issuer; being a customer is the one connection that still counts. */
export function chooseRelation(
  random: SeededRandom,
): 'none' | 'customer' | 'training_provider' | 'board' | 'sells_or_paid' {
  const roll = random.below(100);
  if (roll < 30) return 'none';
  if (roll < 55) return 'customer';
  if (roll < 80) return 'training_provider';
  return roll < 90 ? 'sells_or_paid' : 'board';
}

/** How many of those who answer take the seat that they are offered. */
export const JOINS_COMMITTEE = 0.6;

export const DECLINE_WAYS = ['wrong_role', 'not_our_field', 'no_time', 'left'] as const;

export const MEETING_REFUSALS = [
  'The time does not suit',
  'Too far to travel in winter',
  'We are short of people this season',
  '',
] as const;
