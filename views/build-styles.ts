/**
 * Compiles views/styles/{employer,staff}.scss with the USWDS packages they use into public/, each under a name
 * that carries its content's hash, with .gz and .br beside it. public/manifest.json maps the plain names to these.
 * Nothing is done when the inputs are those of the last build.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

export type StyleManifest = {
  /** Hash of everything that the outputs are made from. */
  inputs: string;
  /** Plain name, as the `asset` helper takes it, to the file's name in public/. */
  files: Record<string, string>;
};

const root = join(import.meta.dirname, '..');
const stylesDir = join(root, 'views/styles');
const publicDir = join(root, 'public');
const manifestPath = join(publicDir, 'manifest.json');

const STYLESHEETS = ['employer', 'staff'] as const;

function sha256(...parts: (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function hashInputs(): string {
  const sources = readdirSync(stylesDir).sort();
  return sha256(
    readFileSync(import.meta.filename),
    readFileSync(join(root, 'node_modules/@uswds/uswds/package.json')),
    readFileSync(join(root, 'node_modules/sass/package.json')),
    ...sources.flatMap((name) => [name, readFileSync(join(stylesDir, name))]),
  );
}

function lastBuild(): StyleManifest | null {
  if (!existsSync(manifestPath)) return null;
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as StyleManifest;
  const complete = Object.values(manifest.files).every((name) => existsSync(join(publicDir, name)));
  return complete ? manifest : null;
}

/** Two builds at once must not leave half a file. */
function writeWhole(name: string, content: string | Buffer): void {
  const temporary = join(publicDir, `.${process.pid}.${name}`);
  writeFileSync(temporary, content);
  renameSync(temporary, join(publicDir, name));
}

async function build(): Promise<void> {
  const inputs = hashInputs();
  const previous = lastBuild();
  if (previous?.inputs === inputs) return;

  const sass = await import('sass');
  mkdirSync(publicDir, { recursive: true });
  const outputs = new Map<string, string>();
  for (const name of STYLESHEETS) {
    const { css } = sass.compile(join(stylesDir, `${name}.scss`), {
      style: 'compressed',
      loadPaths: [join(root, 'node_modules/@uswds/uswds/packages')],
      quietDeps: true,
    });
    outputs.set(`${name}.css`, css);
  }
  outputs.set('icon.svg', readFileSync(join(stylesDir, 'icon.svg'), 'utf8'));

  const files: Record<string, string> = {};
  for (const [plainName, content] of outputs) {
    const dot = plainName.lastIndexOf('.');
    const name = `${plainName.slice(0, dot)}.${sha256(content).slice(0, 10)}${plainName.slice(dot)}`;
    const compressed = gzipSync(content, { level: 9 });
    writeWhole(name, content);
    writeWhole(`${name}.gz`, compressed);
    writeWhole(`${name}.br`, brotliCompressSync(content));
    files[plainName] = name;
    process.stdout.write(`public/${name}: ${content.length} B, ${compressed.length} B gzipped\n`);
  }
  writeWhole('manifest.json', JSON.stringify({ inputs, files } satisfies StyleManifest, null, 2));

  const kept = new Set(['manifest.json', ...Object.values(files).flatMap((n) => [n, `${n}.gz`, `${n}.br`])]);
  for (const name of readdirSync(publicDir)) if (!kept.has(name)) rmSync(join(publicDir, name));
}

await build();
