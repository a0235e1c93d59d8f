import type { FastifyRequest } from 'fastify';
import { hasRole } from '../agencies/rules.ts';
import { DomainError } from '../lib/errors.ts';

/** Who sent it, if their role is at least this one. */
export function requireRole(request: FastifyRequest, role: 'editor' | 'approver') {
  if (!hasRole(request.staff.role, role)) throw new DomainError('forbidden');
  return request.staff;
}
