import { type CredentialIssue, issueAt } from './issues.ts';
import { type RawCredential, readCredential } from './read-credential-row.ts';
import type { CredentialRow } from './rules.ts';

/**
 * Classes of CTDL that are credentials, by local name: the subclasses of ceterms:Credential that the Credential
 * Registry publishes.
 */
const CREDENTIAL_CLASSES = new Set([
  'ApprenticeshipCertificate',
  'AssociateDegree',
  'AssociateOfAppliedArtsDegree',
  'AssociateOfAppliedScienceDegree',
  'AssociateOfArtsDegree',
  'AssociateOfScienceDegree',
  'BachelorDegree',
  'BachelorOfArtsDegree',
  'BachelorOfScienceDegree',
  'Badge',
  'BasicTechnicalCertificate',
  'Certificate',
  'CertificateOfCompletion',
  'CertificateOfParticipation',
  'Certification',
  'Credential',
  'Degree',
  'DigitalBadge',
  'Diploma',
  'DoctoralDegree',
  'GeneralEducationDevelopment',
  'GeneralEducationLevel1Certificate',
  'GeneralEducationLevel2Certificate',
  'HigherEducationLevel1Certificate',
  'HigherEducationLevel2Certificate',
  'JourneymanCertificate',
  'License',
  'MasterCertificate',
  'MasterDegree',
  'MasterOfArtsDegree',
  'MasterOfScienceDegree',
  'MicroCredential',
  'OpenBadge',
  'PreApprenticeshipCertificate',
  'ProfessionalDoctorate',
  'ProficiencyCertificate',
  'QualityAssuranceCredential',
  'ResearchDoctorate',
  'SecondaryEducationCertificate',
  'SecondarySchoolDiploma',
  'SpecialistDegree',
  'TechnicalLevel1Certificate',
  'TechnicalLevel2Certificate',
  'TechnicalLevel3Certificate',
  'WorkbasedLearningCertificate',
]);

type Node = Record<string, unknown>;

/**
 * Reads credentials from CTDL JSON-LD: one resource, an array, or a `@graph`, with `ceterms:` prefixes, full addresses or
 * none. Issuers are found in the same file by `@id`; where the file only points at them, their name must be given inline.
 * The "line" of what it reports is the position of the resource in the file, from 1.
 */
export function readCtdl(text: string): {
  rows: CredentialRow[];
  issues: CredentialIssue[];
  fatal: CredentialIssue | null;
  /** Credentials in the file, those included that are left out. */
  total: number;
} {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (fault) {
    const problem = fault instanceof Error ? fault.message.slice(0, 120) : 'unknown';
    return { rows: [], issues: [], fatal: issueAt(0, null, 'file_not_json', { problem }), total: 0 };
  }
  if (isTooDeep(parsed)) {
    const problem = `its parts lie more than ${DEEPEST} levels inside one another`;
    return { rows: [], issues: [], fatal: issueAt(0, null, 'file_not_json', { problem }), total: 0 };
  }
  const nodes = resourcesOf(parsed);
  const byId = new Map(nodes.map((node) => [String(node['@id'] ?? ''), node]));
  const rows: CredentialRow[] = [];
  const issues: CredentialIssue[] = [];
  let total = 0;
  for (const [at, node] of nodes.entries()) {
    const type = typesOf(node).find((one) => CREDENTIAL_CLASSES.has(one));
    if (!type) continue;
    total += 1;
    const raw = readNode(node, at + 1, type, byId, issues);
    const read = readCredential(raw, (field) => (field === 'naics_prefixes' ? null : PROPERTY[field]));
    issues.push(...read.issues);
    if (read.row) rows.push(read.row);
  }
  return { rows, issues, fatal: total === 0 ? issueAt(0, null, 'no_credentials') : null, total };
}

/** How CTDL calls the fields, for whoever mends the file. */
const PROPERTY = {
  name: 'ceterms:name',
  issuer: 'ceterms:ownedBy',
  issuer_website: 'ceterms:ownedBy',
  version: 'ceterms:versionIdentifier',
  ctid: 'ceterms:ctid',
  type: '@type',
  cluster: null,
  naics_prefixes: 'ceterms:industryType',
  vendor: null,
  state: 'ceterms:jurisdiction',
  url: 'ceterms:subjectWebpage',
  description: 'ceterms:description',
} as const;

const DEEPEST = 50;

/** What is read below goes down by recursion, so that a file could otherwise exhaust the stack. */
function isTooDeep(parsed: unknown): boolean {
  let level = [parsed];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}

function resourcesOf(parsed: unknown): Node[] {
  if (Array.isArray(parsed)) return parsed.flatMap(resourcesOf);
  if (!isNode(parsed)) return [];
  const graph = parsed['@graph'];
  return Array.isArray(graph) ? graph.filter(isNode) : [parsed];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typesOf(node: Node): string[] {
  return listOf(node['@type']).map((type) => localName(String(type)));
}

function localName(name: string): string {
  return name.replace(/^.*[:/#]/, '');
}

function listOf(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

function property(node: Node, name: string): unknown {
  return (
    node[`ceterms:${name}`] ??
    node[name] ??
    node[`https://purl.org/ctdl/terms/${name}`] ??
    node[`http://purl.org/ctdl/terms/${name}`]
  );
}

/** A text that may be plain, a language map, a value object or a list of those; English first. */
function textOf(value: unknown): { text: string; language: string | null } | null {
  for (const one of listOf(value)) {
    if (typeof one === 'string' && one.trim() !== '') return { text: one, language: null };
    if (!isNode(one)) continue;
    const plain = one['@value'];
    if (typeof plain === 'string')
      return { text: plain, language: typeof one['@language'] === 'string' ? one['@language'] : null };
    const id = one['@id'];
    if (typeof id === 'string') return { text: id, language: null };
    const tags = Object.keys(one).filter((tag) => !tag.startsWith('@'));
    const tag =
      tags.find((candidate) => /^en(?:-us)?$/i.test(candidate)) ??
      tags.find((candidate) => /^en/i.test(candidate)) ??
      tags[0];
    const inside = tag === undefined ? null : textOf(one[tag]);
    if (tag !== undefined && inside) return { text: inside.text, language: tag };
  }
  return null;
}

function readNode(
  node: Node,
  line: number,
  type: string,
  byId: ReadonlyMap<string, Node>,
  issues: CredentialIssue[],
): RawCredential {
  const raw: RawCredential = { line, type: spacedType(type) };
  const name = textOf(property(node, 'name'));
  if (name) {
    raw.name = name.text;
    if (name.language && !/^en/i.test(name.language)) {
      issues.push(issueAt(line, PROPERTY.name, 'name_in_other_language', { language: name.language }));
    }
  }
  const owner = issuerOf(node, byId);
  if (owner) {
    const ownerName = textOf(property(owner, 'name'))?.text;
    const website = textOf(property(owner, 'subjectWebpage'))?.text;
    if (ownerName) raw.issuer = ownerName;
    if (website) raw.issuer_website = website;
  }
  const texts = {
    version: 'versionIdentifier',
    ctid: 'ctid',
    url: 'subjectWebpage',
    description: 'description',
  } as const;
  for (const [field, from] of Object.entries(texts) as [keyof typeof texts, string][]) {
    const value = textOf(property(node, from))?.text;
    if (value) raw[field] = value;
  }
  const codes = industriesOf(node);
  if (codes.length > 0) raw.naics_prefixes = codes.join(' ');
  return raw;
}

/** The owner, else who offers it; the description of the organization when the file holds it. */
function issuerOf(node: Node, byId: ReadonlyMap<string, Node>): Node | null {
  for (const name of ['ownedBy', 'offeredBy']) {
    for (const one of listOf(property(node, name))) {
      const id = typeof one === 'string' ? one : isNode(one) ? one['@id'] : null;
      const described = typeof id === 'string' ? byId.get(id) : undefined;
      if (described) return described;
      if (isNode(one) && property(one, 'name') !== undefined) return one;
    }
  }
  return null;
}

/** NAICS codes among the industries: `ceterms:naics`, or coded notations of `ceterms:industryType` alignments. */
function industriesOf(node: Node): string[] {
  const direct = listOf(property(node, 'naics')).flatMap((one) => textOf(one)?.text ?? []);
  const aligned = listOf(property(node, 'industryType')).flatMap((one) => {
    if (!isNode(one)) return [];
    const framework = `${textOf(property(one, 'framework'))?.text ?? ''} ${textOf(property(one, 'frameworkName'))?.text ?? ''}`;
    const code = textOf(property(one, 'codedNotation'))?.text;
    return code && /naics|census\.gov/i.test(framework) ? [code] : [];
  });
  return [...direct, ...aligned];
}

/** "ApprenticeshipCertificate" -> "Apprenticeship certificate". */
function spacedType(type: string): string {
  const words = type.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
