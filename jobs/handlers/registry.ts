import type { Handlers } from '../outcome.ts';
import { handle as pruneKeys } from './api.prune-keys.ts';
import { handle as watchRequirements } from './api.watch-requirements.ts';
import { handle as moveDue } from './approvals.move-due.ts';
import { handle as applyEvents } from './delivery.apply-events.ts';
import { handle as dispatchEvents } from './events.dispatch.ts';
import { handle as refreshAged } from './evidence.refresh-aged.ts';
import { handle as finishImports } from './imports.finish-confirmed.ts';
import { handle as sweepUploads } from './imports.sweep-uploads.ts';
import { handle as tendLog } from './ledger.tend.ts';
import { handle as joinSending } from './outreach.join-sending.ts';
import { handle as sendDue } from './outreach.send-due.ts';
import { handle as sweepClaims } from './outreach.sweep-claims.ts';
import { handle as applyRetention } from './records.apply-retention.ts';
import { handle as findMachines } from './respond.find-machines.ts';
import { handle as closeDueWaves } from './waves.close-due.ts';
import { handle as proposeByCycle } from './waves.propose-by-cycle.ts';
import { handle as deliverWebhooks } from './webhooks.deliver-due.ts';

/** One handler for each contract of src/queue/contracts.ts; the type holds that none is missing or too many. */
export const handlers: Handlers = {
  'outreach.send-due': sendDue,
  'outreach.join-sending': joinSending,
  'outreach.sweep-claims': sweepClaims,
  'delivery.apply-events': applyEvents,
  'respond.find-machines': findMachines,
  'evidence.refresh-aged': refreshAged,
  'ledger.tend': tendLog,
  'imports.finish-confirmed': finishImports,
  'imports.sweep-uploads': sweepUploads,
  'approvals.move-due': moveDue,
  'waves.close-due': closeDueWaves,
  'waves.propose-by-cycle': proposeByCycle,
  'api.watch-requirements': watchRequirements,
  'api.prune-keys': pruneKeys,
  'events.dispatch': dispatchEvents,
  'webhooks.deliver-due': deliverWebhooks,
  'records.apply-retention': applyRetention,
};
