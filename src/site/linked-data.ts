import { parseCtid } from '../credentials/rules.ts';
import { credentialPath } from './paths.ts';
import type { findPublicCredential, PublishedResult } from './queries.ts';

type PublicCredential = NonNullable<Awaited<ReturnType<typeof findPublicCredential>>>;

/** A public credential in schema.org's words: what it is and which agencies approved it, and no figures. */
export function credentialLinkedData(
  publicUrl: string,
  credential: PublicCredential,
  results: readonly PublishedResult[],
) {
  const approving = [
    ...new Set(results.filter(({ decision }) => decision === 'approved').map(({ agencyName }) => agencyName)),
  ];
  const ctid = parseCtid(credential.ctid ?? '');
  const url = `${publicUrl}${credentialPath(credential.slug)}`;
  return {
    '@context': 'https://schema.org',
    '@type': 'EducationalOccupationalCredential',
    '@id': url,
    url,
    name: credential.name,
    ...(credential.version && { version: credential.version }),
    ...(credential.description && { description: credential.description }),
    credentialCategory: credential.credentialType,
    publisher: { '@type': 'Organization', name: credential.issuerName },
    ...(ctid && {
      identifier: { '@type': 'PropertyValue', propertyID: 'ctid', value: ctid },
      sameAs: `https://credentialengineregistry.org/resources/${ctid}`,
    }),
    ...(approving.length > 0 && {
      recognizedBy: approving.map((name) => ({ '@type': 'GovernmentOrganization', name })),
    }),
  };
}
