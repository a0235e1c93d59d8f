export const API_ROOT = '/api/v1';

export const apiPaths = {
  openapi: `${API_ROOT}/openapi.json`,
  credentials: `${API_ROOT}/credentials`,
  credential: (slug: string) => `${API_ROOT}/credentials/${slug}`,
  validation: (slug: string) => `${API_ROOT}/credentials/${slug}/validation`,
  approvalRecords: `${API_ROOT}/approval-records`,
  approvalRecord: (id: number) => `${API_ROOT}/approval-records/${id}`,
  evidence: (id: number) => `${API_ROOT}/evidence/${id}`,
  keys: '/staff/api-keys',
  revokeKey: (id: number) => `/staff/api-keys/${id}/revoke`,
};
