// Makes the lists of failure modes and of their drills: of every folder with a detector in `packages/findings/src`, and of
// the file of its name in `drills/src`.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './prepare.mjs';

const MODES = 'packages/findings/src';
const DRILLS = 'drills/src';
const HEAD = '// Made by `npm run generate`: do not edit.\n';

/** The text of each list, by its path from the project's folder. */
export function modeLists() {
  const modes = readdirSync(join(ROOT, MODES))
    .filter((name) => existsSync(join(ROOT, MODES, name, 'detect.ts')))
    .sort();
  const drilled = modes.filter((name) => existsSync(join(ROOT, DRILLS, `${name}.ts`)));
  return {
    [`${MODES}/every-detector.ts`]: [
      HEAD,
      ...imports([...modes.map((name) => [`${name}/detect`, detectorOf(name)]), ['failure-mode', 'DetectedMode']]),
      '\n/** The detector of every folder here, in the order of the alphabet. */\n',
      `export const EVERY_DETECTOR: readonly DetectedMode[] = [\n${modes.map((name) => `  ${detectorOf(name)},\n`).join('')}];\n`,
    ].join(''),
    [`${DRILLS}/every-drill.ts`]: [
      HEAD,
      ...imports([...drilled.map((name) => [name, drillsOf(name)]), ['drill', 'Drill']]),
      '\n/** The drills of every failure mode, in the order of the alphabet. */\n',
      `export const EVERY_DRILL: readonly Drill[] = [\n${drilled.map((name) => `  ...${drillsOf(name)},\n`).join('')}];\n`,
    ].join(''),
  };
}

/** Lines that import names from files, sorted as the linter has them; a type is written `Name`. */
function imports(pairs) {
  return pairs
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, name]) => `import ${/^[A-Z][a-z]/.test(name) ? 'type ' : ''}{ ${name} } from './${file}.js';\n`);
}

/** What a mode's detector is called in its `detect.ts`: `clock-drift` has `clockDrift`. */
function detectorOf(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

/** What a mode's drills are called in their file: `clock-drift` has `CLOCK_DRIFT`. */
function drillsOf(name) {
  return name.replaceAll('-', '_').toUpperCase();
}
