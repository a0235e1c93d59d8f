/**
 * The terms that our linked data may use, as their vocabularies have them.
 *
 * CTDL: classes and properties of CredentialingAction as Credential Engine's publishing library writes them
 * (github.com/CredentialEngine/Registry_Assistant, RA.Models.JsonV2 and RA.Models.Input, CredentialingAction.cs, read
 * 2026-11: name, description, actingAgent and actionStatusType are required, the object is a list, dates are full
 * xsd:dates, the evidence is a URI, descriptions have 15 characters or more); what describes a credential or an
 * organization from github.com/CredentialEngine/CTDL_Json_Validation_Schema, Production_Schema. See credreg.net/ctdl/terms.
 *
 * schema.org: EducationalOccupationalCredential with what it has from CreativeWork and Thing (schema.org, version 29).
 */
const ACTION = {
  required: [
    'ceterms:name',
    'ceterms:description',
    'ceterms:actingAgent',
    'ceterms:object',
    'ceterms:actionStatusType',
  ],
  allowed: [
    'ceterms:evidenceOfAction',
    'ceterms:instrument',
    'ceterms:participant',
    'ceterms:startDate',
    'ceterms:endDate',
  ],
};

export type ClassTerms = { required: readonly string[]; allowed: readonly string[] };

export const CTDL: Record<string, ClassTerms> = {
  'ceterms:ApproveAction': ACTION,
  'ceterms:RecognizeAction': ACTION,
  'ceterms:WorkforceDemandAction': ACTION,
  'ceterms:CredentialAlignmentObject': {
    required: ['ceterms:targetNode'],
    allowed: ['ceterms:framework', 'ceterms:frameworkName', 'ceterms:targetNodeName'],
  },
  'ceterms:CredentialOrganization': {
    required: ['ceterms:name'],
    allowed: ['ceterms:description', 'ceterms:subjectWebpage'],
  },
  'ceterms:Credential': {
    required: ['ceterms:name'],
    allowed: ['ceterms:description', 'ceterms:subjectWebpage'],
  },
};

/** Concepts of the scheme credreg.net/ctdl/terms/ActionStatus. */
export const ACTION_STATUSES = [
  'actionStat:ActiveActionStatus',
  'actionStat:CompletedActionStatus',
  'actionStat:FailedActionStatus',
  'actionStat:PotentialActionStatus',
];

export const SCHEMA_ORG: Record<string, ClassTerms> = {
  EducationalOccupationalCredential: {
    required: ['name', 'url'],
    allowed: [
      'version',
      'description',
      'credentialCategory',
      'publisher',
      'identifier',
      'sameAs',
      'recognizedBy',
    ],
  },
  Organization: { required: ['name'], allowed: ['url'] },
  GovernmentOrganization: { required: ['name'], allowed: ['url'] },
  PropertyValue: { required: ['propertyID', 'value'], allowed: ['name', 'url'] },
};
