import type { EventFacts } from './types.ts';

const ROOT = '/api/v1';

/** Where the API tells of the things that events name; the API's own paths are made from these. */
export const thingPaths = {
  credential: (slug: string) => `${ROOT}/credentials/${slug}`,
  validation: (slug: string, list: string) =>
    `${ROOT}/credentials/${slug}/validation?list=${encodeURIComponent(list)}`,
  application: (id: number) => `${ROOT}/applications/${id}`,
  approvalRecord: (id: number) => `${ROOT}/approval-records/${id}`,
  evidence: (id: number) => `${ROOT}/evidence/${id}`,
};

/** Links to what an event names, kept with it: nobody has to know our addresses. */
export function linksOf(facts: EventFacts): Record<string, string> {
  const { credential, list, applicationId, approvalRecordId, snapshotId } = facts;
  return {
    ...(typeof credential === 'string' && { credential: thingPaths.credential(credential) }),
    ...(typeof credential === 'string' &&
      typeof list === 'string' && { validation: thingPaths.validation(credential, list) }),
    ...(typeof applicationId === 'number' && { application: thingPaths.application(applicationId) }),
    ...(typeof approvalRecordId === 'number' && {
      approvalRecord: thingPaths.approvalRecord(approvalRecordId),
    }),
    ...(typeof snapshotId === 'number' && { evidence: thingPaths.evidence(snapshotId) }),
  };
}
