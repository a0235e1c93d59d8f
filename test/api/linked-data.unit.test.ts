import { describe, expect, it } from 'vitest';
import { type CtdlFacts, ctdlDrafts } from '../../src/api/ctdl.ts';
import { credentialLinkedData } from '../../src/site/linked-data.ts';
import { ACTION_STATUSES, type ClassTerms, CTDL, SCHEMA_ORG } from './vocabulary.ts';

type Node = { [key: string]: unknown };

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every node in it that has a type, and what is said of it beyond what its class has. */
function faultsOf(value: unknown, terms: Record<string, ClassTerms>): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => faultsOf(each, terms));
  if (!isNode(value)) return [];
  const type = value['@type'];
  const inner = Object.values(value).flatMap((each) => faultsOf(each, terms));
  if (type === undefined) return inner;
  const known = terms[String(type)];
  if (!known) return [`no class ${type}`, ...inner];
  const said = Object.keys(value).filter((key) => !key.startsWith('@'));
  return [
    ...said
      .filter((key) => !known.required.includes(key) && !known.allowed.includes(key))
      .map((key) => `${type} has no ${key}`),
    ...known.required.filter((key) => !said.includes(key)).map((key) => `${type} lacks ${key}`),
    ...inner,
  ];
}

const isAddress = (text: unknown) =>
  typeof text === 'string' && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
const isDay = (text: unknown) =>
  typeof text === 'string' &&
  /^\d{4}-\d{2}-\d{2}$/.test(text) &&
  new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);

const CTID = 'ce-7e4f0a9c-1b2d-4c3e-9f80-0123456789ab';

const FACTS: CtdlFacts = {
  publicUrl: 'https://countersign.example',
  agency: { name: 'Department of Workforce Services' },
  list: { name: 'Credentials of value', kind: 'unified' },
  credential: {
    slug: 'cna',
    name: 'Certified Nursing Assistant',
    ctid: CTID,
    url: 'https://issuer.example/cna',
    issuer: 'Board of Nursing',
  },
  evidence: 'https://countersign.example/api/v1/evidence/7',
  requirementStatus: 'met',
  policyInWords: ['At least 10 different employers say yes to both questions.'],
  decidedOn: '2026-03-01',
  validUntil: '2028-02-29',
};

const VARIANTS: [string, Partial<CtdlFacts>][] = [
  ['a credential of the Registry', {}],
  ['one that is not in it', { credential: { ...FACTS.credential, ctid: null } }],
  ['one whose identifier is none', { credential: { ...FACTS.credential, ctid: 'ce-123' } }],
  ['one without an address', { credential: { ...FACTS.credential, ctid: null, url: null } }],
  ['an informational list', { list: { name: 'Known to employers', kind: 'informational' } }],
  ['evidence that did not meet', { requirementStatus: 'short' }],
  ['no end, and a policy without words', { validUntil: null, policyInWords: [] }],
];

describe('drafts of CTDL actions', () => {
  it.each(VARIANTS)('say of %s only what the vocabulary has', (_name, changes) => {
    const draft = ctdlDrafts({ ...FACTS, ...changes });
    expect(faultsOf(draft['@graph'], CTDL)).toEqual([]);
    expect(draft['@context']).toBe('https://credreg.net/ctdl/schema/context/json');
  });

  it.each(VARIANTS)('have dates, addresses, texts and references as they must be: %s', (_name, changes) => {
    const graph = ctdlDrafts({ ...FACTS, ...changes })['@graph'] as Node[];
    const ids = graph.map((node) => String(node['@id']));
    expect(new Set(ids).size).toBe(ids.length);
    for (const node of graph) {
      // A draft: its place in the Registry, and its number there, are the agency's to give.
      expect(node['@id']).toMatch(/^_:[a-z]+$/);
      expect(node).not.toHaveProperty('ceterms:ctid');
      for (const text of [node['ceterms:name'], node['ceterms:description'] ?? node['ceterms:name']]) {
        expect(Object.keys(text as Node)).toEqual(['en-US']);
      }
      if (node['ceterms:subjectWebpage'] !== undefined)
        expect(node['ceterms:subjectWebpage']).toSatisfy(isAddress);
      if (!String(node['@type']).endsWith('Action')) continue;
      expect((node['ceterms:description'] as Node)['en-US']).toSatisfy(
        (text: unknown) => String(text).trim().length >= 15,
      );
      expect(node['ceterms:evidenceOfAction']).toSatisfy(isAddress);
      expect(node['ceterms:startDate']).toSatisfy(isDay);
      if (node['ceterms:endDate'] !== undefined) expect(node['ceterms:endDate']).toSatisfy(isDay);
      const status = node['ceterms:actionStatusType'] as Node;
      expect(ACTION_STATUSES).toContain(status['ceterms:targetNode']);
      const pointed = [node['ceterms:actingAgent'], node['ceterms:object']].flat();
      for (const to of pointed) {
        expect(String(to).startsWith('_:') ? ids.includes(String(to)) : isAddress(to)).toBe(true);
      }
    }
  });

  it('speak of demand only where employers’ answers met the rule', () => {
    const types = (changes: Partial<CtdlFacts>) =>
      (ctdlDrafts({ ...FACTS, ...changes })['@graph'] as Node[]).map((node) => node['@type']);
    expect(types({})).toContain('ceterms:WorkforceDemandAction');
    expect(types({ requirementStatus: 'short' })).not.toContain('ceterms:WorkforceDemandAction');
  });

  it('an invented term is found', () => {
    const [action] = ctdlDrafts(FACTS)['@graph'] as Node[];
    expect(faultsOf({ ...action, 'ceterms:recommendedBy': 'x' }, CTDL)).toEqual([
      'ceterms:ApproveAction has no ceterms:recommendedBy',
    ]);
    expect(faultsOf({ '@type': 'ceterms:RecommendAction' }, CTDL)).toEqual([
      'no class ceterms:RecommendAction',
    ]);
  });
});

describe('a public credential in schema.org’s words', () => {
  const credential = {
    slug: 'cna',
    name: 'Certified Nursing Assistant',
    version: '2026',
    ctid: CTID,
    issuerName: 'Board of Nursing',
    credentialType: 'Certification',
    cluster: '',
    url: null,
    description: 'Cares for patients',
  };
  type Results = Parameters<typeof credentialLinkedData>[2];
  const results = [
    { decision: 'approved', agencyName: 'Career Education' },
    { decision: 'approved', agencyName: 'Career Education' },
    { decision: 'denied', agencyName: 'Workforce Board' },
  ] as unknown as Results;
  const of = (changes: object, found = results) =>
    credentialLinkedData('https://countersign.example', { ...credential, ...changes }, found);

  it.each([
    ['all that is known', {}],
    ['no identifier, version or description', { ctid: null, version: '', description: '' }],
    ['an identifier that is none', { ctid: 'ce-123/../x' }],
  ])('has only its terms, with %s', (_name, changes) => {
    const data: Node = of(changes);
    expect(faultsOf(data, SCHEMA_ORG)).toEqual([]);
    expect(data['@context']).toBe('https://schema.org');
    for (const address of [data['@id'], data.url]) expect(address).toSatisfy(isAddress);
    if (data.sameAs !== undefined) {
      expect(data.sameAs).toBe(`https://credentialengineregistry.org/resources/${CTID}`);
    }
    expect(Object.values(data)).not.toContain('');
  });

  it('names who approved it, each once, and nobody who did not', () => {
    expect(of({}).recognizedBy).toEqual([{ '@type': 'GovernmentOrganization', name: 'Career Education' }]);
    expect(of({}, [])).not.toHaveProperty('recognizedBy');
  });
});
