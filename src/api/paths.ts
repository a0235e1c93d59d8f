import { thingPaths } from '../events/links.ts';

export const API_ROOT = '/api/v1';

export const apiPaths = {
  openapi: `${API_ROOT}/openapi.json`,
  credentials: `${API_ROOT}/credentials`,
  credential: thingPaths.credential,
  validation: (slug: string) => `${API_ROOT}/credentials/${slug}/validation`,
  approvalRecords: `${API_ROOT}/approval-records`,
  approvalRecord: thingPaths.approvalRecord,
  actions: (id: number) => `${API_ROOT}/approval-records/${id}/ctdl`,
  lists: `${API_ROOT}/lists`,
  validations: `${API_ROOT}/validations`,
  changes: `${API_ROOT}/changes`,
  credentialChanges: `${API_ROOT}/credential-changes`,
  applications: `${API_ROOT}/applications`,
  application: thingPaths.application,
  decisionProposals: (id: number) => `${API_ROOT}/applications/${id}/decision-proposals`,
  ballots: `${API_ROOT}/ballots`,
  ballot: (id: number) => `${API_ROOT}/ballots/${id}`,
  ballotProposals: (id: number | string) => `${API_ROOT}/applications/${id}/ballot-proposals`,
  evidence: thingPaths.evidence,
  keys: '/staff/api-keys',
  revokeKey: (id: number) => `/staff/api-keys/${id}/revoke`,
};
