// `npm run generate`: writes the files that are made of the catalogue of findings, where they are not so already.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, install, ROOT, say } from './prepare.mjs';

install();
build();
const { generatedFiles } = await import('../packages/findings/dist/index.js');
for (const [path, text] of Object.entries(generatedFiles())) {
  const file = join(ROOT, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  say(`wrote ${path}`);
}
