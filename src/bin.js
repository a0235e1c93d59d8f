#!/usr/bin/env node
// The package's executable: Node cannot run TypeScript everywhere we support, so tsx is registered first.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./cli.ts');
await main(process.argv.slice(2));
