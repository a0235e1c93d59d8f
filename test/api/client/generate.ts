import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ballotsApi } from '../../../src/api/ballots.ts';
import { openApiDocument } from '../../../src/api/openapi.ts';
import { webhooksApi } from '../../../src/webhooks/api.ts';
import { writeTypes } from './write-types.ts';

// Writes the types of the client anew: node --import tsx test/api/client/generate.ts
const document = openApiDocument('http://localhost:8080', '0', [ballotsApi, webhooksApi]);
writeFileSync(join(import.meta.dirname, 'openapi.d.ts'), writeTypes(document as never));
