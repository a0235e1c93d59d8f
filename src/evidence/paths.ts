export const evidencePaths = {
  conflicts: '/staff/conflicts',
  conflictsOf: (employerId: number) => `/staff/conflicts?employer=${employerId}`,
  clearConflict: (markId: number) => `/staff/conflicts/${markId}/clear`,
};
