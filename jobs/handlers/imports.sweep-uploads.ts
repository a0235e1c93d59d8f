import { sweepUploads } from '../../src/imports/sweep-uploads.ts';
import type { Handler } from '../outcome.ts';

export const handle: Handler<'imports.sweep-uploads'> = async (deps) => {
  await sweepUploads(deps);
  return { outcome: 'done' };
};
