import { finishImports } from '../../src/employers/finish-imports.ts';
import type { Handler } from '../outcome.ts';

export const handle: Handler<'imports.finish-confirmed'> = async (deps, { importId }, signal) => {
  await finishImports(deps, { importId, signal });
  return { outcome: 'done' };
};
