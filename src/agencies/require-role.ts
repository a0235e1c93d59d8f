import type { FastifyRequest } from 'fastify';
import { DomainError } from '../lib/errors.ts';
import { hasRole } from './rules.ts';
import type { StaffRole } from './types.ts';

/** Who sent the request, if their role is at least this one. */
export function requireRole(request: FastifyRequest, atLeast: StaffRole) {
  if (!hasRole(request.staff.role, atLeast)) throw new DomainError('forbidden');
  return request.staff;
}
