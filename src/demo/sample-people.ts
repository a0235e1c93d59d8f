import type { SeededRandom } from '../lib/seeded-random.ts';
import { slugify } from '../lib/slugify.ts';

/** A person who does not exist, at an address that cannot: `.example` is reserved (RFC 2606) and never delivered to. */
export type SamplePerson = {
  name: string;
  email: string;
  title: string;
  hiring: boolean;
  language: 'en' | 'es';
};

const FIRST_NAMES = [
  [
    'Ada',
    'Alma',
    'Amy',
    'Ann',
    'Beth',
    'Carla',
    'Cora',
    'Dana',
    'Dora',
    'Edith',
    'Ella',
    'Elena',
    'Faye',
    'Gina',
  ],
  [
    'Grace',
    'Hana',
    'Ida',
    'Irene',
    'Iris',
    'Jean',
    'Joan',
    'June',
    'Kate',
    'Lena',
    'Lucia',
    'Mae',
    'Mara',
    'Nell',
  ],
  [
    'Nora',
    'Olga',
    'Paula',
    'Rosa',
    'Ruth',
    'Sara',
    'Tess',
    'Vera',
    'Wanda',
    'Zoe',
    'Abel',
    'Adam',
    'Alan',
    'Ben',
  ],
  [
    'Carl',
    'Cole',
    'Dan',
    'Diego',
    'Earl',
    'Evan',
    'Felix',
    'Frank',
    'Gus',
    'Hank',
    'Hugo',
    'Ivan',
    'Jack',
    'Joel',
  ],
  [
    'Karl',
    'Kyle',
    'Leo',
    'Luis',
    'Marco',
    'Miles',
    'Neil',
    'Noah',
    'Omar',
    'Otto',
    'Paul',
    'Ray',
    'Rob',
    'Sam',
  ],
].flat();

const LAST_NAMES = [
  [
    'Abbott',
    'Archer',
    'Baker',
    'Barnes',
    'Bell',
    'Bishop',
    'Boone',
    'Brooks',
    'Burke',
    'Carver',
    'Castillo',
    'Clay',
  ],
  [
    'Cole',
    'Cortez',
    'Cross',
    'Dale',
    'Dean',
    'Drake',
    'Eaton',
    'Ellis',
    'Field',
    'Finch',
    'Fisher',
    'Flores',
  ],
  ['Fox', 'Frost', 'Garcia', 'Gates', 'Glenn', 'Grant', 'Hale', 'Hansen', 'Hart', 'Hayes', 'Holt', 'Hughes'],
  [
    'Ibarra',
    'Jensen',
    'Keller',
    'Kerr',
    'Lane',
    'Larsen',
    'Little',
    'Lopez',
    'Marsh',
    'Mason',
    'Moss',
    'Nash',
  ],
  ['Nolan', 'Olsen', 'Page', 'Parks', 'Pierce', 'Quinn', 'Reyes', 'Rhodes', 'Rowe', 'Salas', 'Shaw', 'Stone'],
  ['Thorn', 'Tobin', 'Vance', 'Vega', 'Wade', 'Walsh', 'Webb', 'West', 'Wolfe', 'Wood', 'Yates', 'Zimmer'],
].flat();

type Job = { title: string; hiring: boolean };

const ANY_JOBS: readonly Job[] = [
  { title: 'Human resources manager', hiring: true },
  { title: 'HR generalist', hiring: true },
  { title: 'General manager', hiring: true },
  { title: 'Owner', hiring: true },
  { title: 'Office manager', hiring: false },
  { title: 'Controller', hiring: false },
];

/** By the first two digits of the industry; what a hiring person is called there. */
const JOBS_BY_SECTOR: Readonly<Record<string, readonly Job[]>> = {
  '23': [
    { title: 'Project superintendent', hiring: true },
    { title: 'Safety director', hiring: false },
    { title: 'Field operations manager', hiring: true },
  ],
  '31': [
    { title: 'Plant manager', hiring: true },
    { title: 'Production supervisor', hiring: true },
  ],
  '32': [
    { title: 'Plant manager', hiring: true },
    { title: 'Maintenance lead', hiring: false },
  ],
  '33': [
    { title: 'Shop manager', hiring: true },
    { title: 'Quality manager', hiring: false },
  ],
  '48': [
    { title: 'Fleet manager', hiring: true },
    { title: 'Driver recruiter', hiring: true },
  ],
  '54': [
    { title: 'Managing partner', hiring: true },
    { title: 'Practice administrator', hiring: true },
  ],
  '62': [
    { title: 'Director of nursing', hiring: true },
    { title: 'Clinic administrator', hiring: true },
    { title: 'Talent acquisition specialist', hiring: true },
    { title: 'Staff development coordinator', hiring: false },
  ],
  '72': [
    { title: 'Executive chef', hiring: true },
    { title: 'Food and beverage manager', hiring: true },
    { title: 'Front office manager', hiring: false },
  ],
};

/** Which people of an employer are in the sample, drawn from the seed alone; the same seed draws the same people. */
export function samplePeople(
  employer: { id: number; name: string; naicsCode: string | null },
  count: number,
  random: SeededRandom,
): SamplePerson[] {
  // The number keeps two employers of one name apart; their own domain is never guessed.
  const domain = `${slugify(employer.name, 40) || 'employer'}-${employer.id}.example`;
  const sectorJobs = JOBS_BY_SECTOR[(employer.naicsCode ?? '').slice(0, 2)] ?? [];
  const taken = new Set<string>();
  return Array.from({ length: count }, () => {
    const person = inventPerson(random, domain, [...sectorJobs, ...sectorJobs, ...ANY_JOBS]);
    if (!taken.has(person.email)) {
      taken.add(person.email);
      return person;
    }
    const again = { ...person, email: `${taken.size + 1}.${person.email}` };
    taken.add(again.email);
    return again;
  });
}

/** A colleague whom somebody names when asked who is the better person. */
export function sampleColleague(email: string, random: SeededRandom): SamplePerson {
  return inventPerson(random, email.slice(email.indexOf('@') + 1), ANY_JOBS);
}

function inventPerson(random: SeededRandom, domain: string, jobs: readonly Job[]): SamplePerson {
  const first = random.pick(FIRST_NAMES);
  const last = random.pick(LAST_NAMES);
  const { title, hiring } = random.pick(jobs);
  return {
    name: `${first} ${last}`,
    email: `${first}.${last}@${domain}`.toLowerCase(),
    title,
    hiring,
    language: random.chance(0.04) ? 'es' : 'en',
  };
}
