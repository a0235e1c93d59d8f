import type { WaveStep } from './rules.ts';

export const wavesPath = '/staff/waves';
export const calendarPath = '/staff/calendar';
export const limitsPath = '/staff/waves/limits';
export const newWavePath = '/staff/waves/new';
export const cycleProposalsPath = '/staff/cycle-proposals';

export function cycleProposalPath(id: number, part?: 'open' | 'dismiss'): string {
  return `${cycleProposalsPath}/${id}${part ? `/${part}` : ''}`;
}

export function wavePath(waveId: number, part?: WaveStep | WavePart): string {
  return `/staff/waves/${waveId}${part ? `/${part}` : ''}`;
}

export type WavePart =
  | 'preview'
  | 'people'
  | 'left-out'
  | 'left-out.csv'
  | 'people.csv'
  | 'plan.csv'
  | 'report'
  | 'report.csv'
  | 'propose'
  | 'return'
  | 'approve'
  | 'pause'
  | 'resume'
  | 'close'
  | 'cancel';
