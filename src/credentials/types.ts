export const CREDENTIAL_STATES = ['active', 'retired'] as const;
export type CredentialState = (typeof CREDENTIAL_STATES)[number];
