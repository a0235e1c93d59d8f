import type { PublishedPolicy } from '../evidence/policy-queries.ts';
import { POLICY_PRESETS } from '../evidence/presets.ts';
import { describePolicy, type Policy } from '../evidence/rules/policy.ts';
import { approvalPaths } from './paths.ts';
import { formableOf } from './policy-fields.ts';
import { readingOf } from './policy-words.ts';

const NOTICES: Record<string, string> = {
  published: 'The policy is published. Lists can be made with it.',
  proposed: 'The version is proposed. It counts once a second person of your agency confirms it.',
  confirmed: 'The version is published, and your lists count under it from now on.',
  withdrawn: 'The proposal is taken back.',
};

export function policiesPage(facts: {
  published: readonly PublishedPolicy[];
  proposals: readonly {
    id: number;
    slug: string;
    name: string;
    body: Policy;
    proposedBy: number;
    proposer: string;
    proposedAt: Date;
  }[];
  viewer: { agencyId: number; staffId: number; mayEdit: boolean; mayApprove: boolean };
  zone: string;
  done: unknown;
}) {
  const { viewer } = facts;
  const notice = typeof facts.done === 'string' ? NOTICES[facts.done] : undefined;
  return {
    title: 'Policies',
    zone: facts.zone,
    breadcrumbs: [{ href: approvalPaths.lists, text: 'Lists' }],
    notice: notice ? { kind: 'success' as const, text: notice } : null,
    proposals: facts.proposals.map((proposal) => {
      const before = facts.published.find(({ slug, isLatest }) => slug === proposal.slug && isLatest);
      const now = describePolicy(proposal.body);
      const then = before ? describePolicy(before.body) : [];
      return {
        name: proposal.name,
        proposer: proposal.proposer,
        proposedAt: proposal.proposedAt,
        lists: (before ? listsOf(facts.published, before.policyId) : [])
          .filter(({ agencyId }) => agencyId === viewer.agencyId)
          .map(({ name }) => name),
        added: now.filter((sentence) => !then.includes(sentence)),
        dropped: then.filter((sentence) => !now.includes(sentence)),
        confirmAction:
          viewer.mayApprove && proposal.proposedBy !== viewer.staffId
            ? approvalPaths.confirmPolicy(proposal.id)
            : null,
        isOwn: proposal.proposedBy === viewer.staffId,
        withdrawAction: viewer.mayEdit ? approvalPaths.withdrawPolicy(proposal.id) : null,
      };
    }),
    policies: facts.published.map(
      ({ id, name, version, isLatest, body, createdAt, credentials, lists, sha256 }) => {
        const [rule, ...wholeRule] = describePolicy(body);
        const own = lists.filter(({ agencyId }) => agencyId === viewer.agencyId);
        return {
          name,
          version,
          isLatest,
          rule,
          wholeRule: [...wholeRule, ...readingOf(body)],
          changeHref:
            viewer.mayEdit && isLatest && formableOf(body) ? approvalPaths.newPolicyFrom(`v${id}`) : null,
          createdAt,
          credentials,
          sha256,
          source: body.source,
          lists: own.map((list) => ({ name: list.name, href: approvalPaths.list(list.slug) })),
          otherLists: lists.length - own.length,
        };
      },
    ),
    startAction: viewer.mayEdit ? approvalPaths.newPolicy : null,
    presets: POLICY_PRESETS.map(({ slug, name }) => ({ value: `preset-${slug}`, text: name })),
  };
}

function listsOf(published: readonly PublishedPolicy[], policyId: number) {
  return published.filter((policy) => policy.policyId === policyId).flatMap(({ lists }) => lists);
}
