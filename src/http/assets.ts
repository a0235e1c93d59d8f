import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const PUBLIC_DIR = join(import.meta.dirname, '../../public');
const PREFIX = '/assets/';

let files: Record<string, string> | null = null;

/** The address of a built file by its plain name, such as `employer.css`. It changes with the content. */
export function assetPath(name: string): string {
  files ??= readManifest();
  const file = files[name];
  if (!file) throw new Error(`There is no asset ${name}; views/build-styles.ts builds them`);
  return `${PREFIX}${file}`;
}

function readManifest(): Record<string, string> {
  const path = join(PUBLIC_DIR, 'manifest.json');
  if (!existsSync(path)) throw new Error('The stylesheets are not built yet: run `npm run build`');
  return (JSON.parse(readFileSync(path, 'utf8')) as { files: Record<string, string> }).files;
}

/** Serves public/ for ever: each name carries its content's hash. Registered before routes must declare access. */
export async function registerAssets(app: FastifyInstance): Promise<void> {
  files = readManifest();
  const served = new Set(Object.values(files));
  await app.register(fastifyStatic, {
    root: PUBLIC_DIR,
    prefix: PREFIX,
    decorateReply: false,
    index: false,
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    allowedPath: (path) => served.has(path.replace(/^\//, '').replace(/\.(?:br|gz)$/, '')),
  });
}
