import { loadConfig } from '../../src/config/config.ts';
import { listenForReports } from '../../src/delivery/listen-for-reports.ts';
import { openDeps } from '../../src/deps.ts';

// The mail listener in a process of its own, to be killed; its settings come in its environment.
const { deps } = await openDeps(loadConfig());
const listener = await listenForReports(deps);
process.stdout.write(`port ${listener?.port}\n`);
