import { RELATIONS, type Relation } from '../surveys/types.ts';
import { evidencePaths } from './paths.ts';
import { RELATION_WORDS } from './words.ts';

export function conflictsPage(facts: {
  employer: { id: number; name: string } | null;
  marks: {
    id: number;
    employerId: number;
    employer: string;
    issuer: string;
    relation: Relation;
    note: string;
    setAt: Date;
    setBy: number | null;
    setterName: string;
  }[];
  issuers: { id: number; name: string }[];
  viewer: { staffId: number; mayEdit: boolean; mayApprove: boolean };
  zone: string;
  done: unknown;
}) {
  const { employer, viewer } = facts;
  return {
    title: employer ? `${employer.name}: connections to issuers` : 'Connections to issuers',
    zone: facts.zone,
    notice:
      facts.done === 'marked'
        ? { kind: 'success' as const, text: 'The connection is recorded, and the counts are taken again.' }
        : facts.done === 'cleared'
          ? {
              kind: 'success' as const,
              text: 'The connection is taken back, and the counts are taken again.',
            }
          : null,
    breadcrumbs: employer
      ? [
          { href: '/staff/employers', text: 'Employers' },
          { href: `/staff/employers/${employer.id}`, text: employer.name },
        ]
      : [{ href: '/staff/employers', text: 'Employers' }],
    employer,
    marks: facts.marks.map((mark) => ({
      employer: mark.employer,
      href: `/staff/employers/${mark.employerId}`,
      issuer: mark.issuer,
      relation: RELATION_WORDS[mark.relation],
      note: mark.note,
      setAt: mark.setAt,
      setBy: mark.setterName,
      clearAction:
        viewer.mayApprove && mark.setBy !== viewer.staffId ? evidencePaths.clearConflict(mark.id) : null,
    })),
    action: viewer.mayEdit && employer ? evidencePaths.conflicts : null,
    issuers: facts.issuers.map(({ id, name }) => ({ value: id, text: name })),
    relations: RELATIONS.filter((relation) => relation !== 'none').map((relation) => ({
      value: relation,
      text: RELATION_WORDS[relation],
    })),
  };
}
