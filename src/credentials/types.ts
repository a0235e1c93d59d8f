export const CREDENTIAL_STATES = ['active', 'retired'] as const;
