import { describe, expect, test } from 'vitest';
import { readCtdl } from '../../src/credentials/read-ctdl.ts';
import { parseCluster, parseCtid, parseNaicsPrefixes } from '../../src/credentials/rules.ts';

const CTID = 'ce-3b1e6f0a-52c8-4d0b-9c55-0a6a2a6a7f10';
const ORG = 'https://credentialengineregistry.org/resources/ce-9b3c1d52-77b0-4a5e-8a51-30d8d2c5a111';

const graph = {
  '@context': 'https://credreg.net/ctdl/schema/context/json',
  '@id': `https://credentialengineregistry.org/graph/${CTID}`,
  '@graph': [
    {
      '@id': `https://credentialengineregistry.org/resources/${CTID}`,
      '@type': 'ceterms:Certification',
      'ceterms:ctid': CTID,
      'ceterms:name': { es: 'Soldador certificado', 'en-US': 'Certified Welder' },
      'ceterms:description': { 'en-US': 'Welds, and shows it.' },
      'ceterms:subjectWebpage': 'https://welding.example/cw',
      'ceterms:ownedBy': [ORG],
      'ceterms:industryType': [
        {
          '@type': 'ceterms:CredentialAlignmentObject',
          'ceterms:framework': 'https://www.census.gov/naics/?year=2017',
          'ceterms:codedNotation': '332710',
        },
        { 'ceterms:frameworkName': { 'en-US': 'Something else' }, 'ceterms:codedNotation': '99-1234' },
      ],
    },
    {
      '@id': ORG,
      '@type': 'ceterms:CredentialOrganization',
      'ceterms:name': { 'en-US': 'Welding Society' },
      'ceterms:subjectWebpage': 'https://welding.example',
    },
  ],
};

describe('CTDL JSON-LD', () => {
  test('reads a graph with its organization, English first', () => {
    const { rows, issues, fatal } = readCtdl(JSON.stringify(graph));
    expect({ issues, fatal }).toEqual({ issues: [], fatal: null });
    expect(rows).toMatchObject([
      {
        line: 1,
        name: 'Certified Welder',
        issuer: 'Welding Society',
        issuerDomain: 'welding.example',
        ctid: CTID,
        credentialType: 'Certification',
        naicsPrefixes: ['332710'],
        url: 'https://welding.example/cw',
      },
    ]);
  });

  test('reads a single resource, unprefixed or with full addresses, and the owner inline', () => {
    const bare = { '@type': 'License', name: 'Barber License', offeredBy: { name: 'State Board' } };
    const full = {
      '@type': 'https://purl.org/ctdl/terms/DigitalBadge',
      'https://purl.org/ctdl/terms/name': [{ '@value': 'Safety Badge', '@language': 'en' }],
      'https://purl.org/ctdl/terms/ownedBy': [{ 'https://purl.org/ctdl/terms/name': 'Safety Board' }],
    };
    expect(readCtdl(JSON.stringify([bare, full])).rows).toMatchObject([
      { name: 'Barber License', issuer: 'State Board', credentialType: 'License', ctid: null },
      { name: 'Safety Badge', issuer: 'Safety Board', credentialType: 'Digital badge' },
    ]);
  });

  test.each([
    ['{"@type": "ceterms:Certificate", "ceterms:name": "X"}', 'issuer_missing'],
    ['{"@type": "ceterms:Certificate", "ceterms:ownedBy": {"ceterms:name": "Y"}}', 'credential_name_missing'],
    [
      '{"@type": "ceterms:Certificate", "ceterms:name": {"es": "Equis"}, "ceterms:ctid": "ce-1", "ceterms:ownedBy": {"ceterms:name": "Y"}}',
      'name_in_other_language',
    ],
    [
      '{"@type": "ceterms:Certificate", "ceterms:name": "X", "ceterms:ctid": "ce-1", "ceterms:ownedBy": {"ceterms:name": "Y"}}',
      'ctid_invalid',
    ],
    [
      '{"@type": "ceterms:Certificate", "ceterms:name": "!!", "ceterms:ownedBy": {"ceterms:name": "Y"}}',
      'credential_name_missing',
    ],
    [
      '{"@type": "ceterms:Certificate", "ceterms:name": "a\\u0000b", "ceterms:ownedBy": {"ceterms:name": "Y"}}',
      'control_character',
    ],
    [
      '{"@type": "ceterms:Certificate", "ceterms:name": "half \\ud83d", "ceterms:ownedBy": {"ceterms:name": "Y"}}',
      'control_character',
    ],
    [
      `{"@type": "ceterms:Certificate", "ceterms:name": "${'n'.repeat(301)}", "ceterms:ownedBy": {"ceterms:name": "Y"}}`,
      'value_too_long',
    ],
  ])('%s -> %s', (text, code) => {
    expect(readCtdl(text).issues.map((issue) => issue.code)).toContain(code);
  });

  test.each([
    ['{"@type": ', 'file_not_json'],
    ['{"@type": "ceterms:CredentialOrganization", "ceterms:name": "Only an organization"}', 'no_credentials'],
    ['[]', 'no_credentials'],
    ['null', 'no_credentials'],
    [`${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'file_not_json'],
  ])('%s is refused as %s', (text, code) => {
    expect(readCtdl(text).fatal?.code).toBe(code);
  });
});

describe('values', () => {
  test.each([
    [CTID, CTID],
    [CTID.toUpperCase(), CTID],
    [`https://credentialengineregistry.org/resources/${CTID}`, CTID],
    [`https://credentialengineregistry.org/graph/${CTID}`, CTID],
    // Version 1, wrong variant, too short.
    ['ce-3b1e6f0a-52c8-1d0b-9c55-0a6a2a6a7f10', null],
    ['ce-3b1e6f0a-52c8-4d0b-1c55-0a6a2a6a7f10', null],
    ['ce-3b1e6f0a', null],
  ])('CTID %s', (text, ctid) => expect(parseCtid(text)).toBe(ctid));

  test('clusters in any writing, sectors in any separator', () => {
    expect(parseCluster('healthcare and human services')).toBe('Healthcare & Human Services');
    expect(parseCluster('Information Technology')).toBeNull();
    expect(parseNaicsPrefixes('23; 62,  6212|99 7225')).toEqual({
      prefixes: ['23', '62', '6212', '7225'],
      unknown: ['99'],
    });
  });
});
