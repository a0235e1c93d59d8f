import { parseCtid } from '../credentials/rules.ts';
import { MET_REQUIREMENT_STATUSES } from '../evidence/types.ts';

export type CtdlFacts = {
  publicUrl: string;
  agency: { name: string };
  list: { name: string; kind: string };
  credential: { slug: string; name: string; ctid: string | null; url: string | null; issuer: string };
  /** The packet's address. */
  evidence: string;
  requirementStatus: string;
  policyInWords: readonly string[];
  decidedOn: string;
  validUntil: string | null;
};

const said = (text: string) => ({ 'en-US': text });

/**
 * Drafts of CTDL actions for an approval, for the agency to look at and publish itself: an action is its agent's to
 * make (STANDARDS D2), so a draft has no CTID, names the agency as its agent and no employer at all. Its evidence is the
 * frozen packet.
 */
export function ctdlDrafts(facts: CtdlFacts) {
  const { agency, list, credential } = facts;
  const agent = {
    '@id': '_:agency',
    '@type': 'ceterms:CredentialOrganization',
    'ceterms:name': said(agency.name),
  };
  // A credential of the Registry is named by its address there; another one is described in place.
  const ctid = parseCtid(credential.ctid ?? '');
  const object = ctid ? `https://credentialengineregistry.org/resources/${ctid}` : '_:credential';
  const described = ctid
    ? []
    : [
        {
          '@id': '_:credential',
          '@type': 'ceterms:Credential',
          'ceterms:name': said(credential.name),
          ...(credential.url && { 'ceterms:subjectWebpage': credential.url }),
          'ceterms:description': said(`Offered by ${credential.issuer}`),
        },
      ];
  const action = (id: string, type: string, name: string, description: string) => ({
    '@id': id,
    '@type': type,
    'ceterms:name': said(name),
    'ceterms:description': said(description),
    'ceterms:actingAgent': ['_:agency'],
    'ceterms:object': [object],
    'ceterms:evidenceOfAction': facts.evidence,
    'ceterms:actionStatusType': {
      '@type': 'ceterms:CredentialAlignmentObject',
      'ceterms:framework': 'https://credreg.net/ctdl/terms/ActionStatus',
      'ceterms:targetNode': 'actionStat:CompletedActionStatus',
    },
    'ceterms:startDate': facts.decidedOn,
    ...(facts.validUntil && { 'ceterms:endDate': facts.validUntil }),
  });
  const isMet = MET_REQUIREMENT_STATUSES.some((met) => met === facts.requirementStatus);
  const isInformational = list.kind === 'informational';
  return {
    '@context': 'https://credreg.net/ctdl/schema/context/json',
    '@graph': [
      action(
        '_:decision',
        isInformational ? 'ceterms:RecognizeAction' : 'ceterms:ApproveAction',
        `${credential.name}: ${isInformational ? 'recognized' : 'approved'} on ${list.name}`,
        `Draft for ${agency.name} to publish. ${facts.policyInWords[0] ?? ''}`,
      ),
      ...(isMet
        ? [
            action(
              '_:demand',
              'ceterms:WorkforceDemandAction',
              `${credential.name}: demand by employers`,
              `Draft for ${agency.name} to publish. Employers’ answers met the rule of ${list.name} when they were frozen.`,
            ),
          ]
        : []),
      agent,
      ...described,
    ],
  };
}
