// `npm run check`: dependencies, types, lint, format and import boundaries.
import { join } from 'node:path';
import { bin, build, install, say, step } from './prepare.mjs';

install();
build();
step(process.execPath, [join('scripts', 'audit.mjs')], 'The dependencies are not as they must be.');
step(process.execPath, [bin('typescript', 'tsc'), '-p', 'tsconfig.json'], 'Types do not hold.');
step(process.execPath, [bin('typescript', 'tsc'), '-p', 'apps/web/tsconfig.json'], 'Types of the pages do not hold.');
step(
  process.execPath,
  [bin('@biomejs/biome', 'biome'), 'check', '--error-on-warnings', '.'],
  '"npm run format" corrects the format.',
);
say('check: dependencies, types, lint, format and boundaries are clean');
