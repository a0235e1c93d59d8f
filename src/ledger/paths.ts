export const ledgerPaths = {
  jwks: '/.well-known/jwks.json',
  transparency: '/transparency',
  checkpoints: '/transparency/checkpoints',
  latest: '/transparency/checkpoint',
  checkpoint: (size: number) => `/transparency/checkpoints/${size}`,
  entries: '/transparency/entries',
  inclusion: '/transparency/proof/inclusion',
  consistency: '/transparency/proof/consistency',
  evidence: (publicSha256: string) => `/transparency/evidence/${publicSha256}`,
};
