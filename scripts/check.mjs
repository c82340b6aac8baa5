// `npm run check`: types, lint, format and import borders.
import { bin, build, install, say, step } from './prepare.mjs';

install();
build();
step(process.execPath, [bin('typescript', 'tsc'), '-p', 'tsconfig.json'], 'Types do not hold.');
step(process.execPath, [bin('typescript', 'tsc'), '-p', 'apps/web/tsconfig.json'], 'Types of the pages do not hold.');
step(
  process.execPath,
  [bin('@biomejs/biome', 'biome'), 'check', '--error-on-warnings', '.'],
  'Run "npm run format" for what can be mended by itself.',
);
say('check: types, lint, format and borders are clean');
