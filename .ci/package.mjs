// Proves the npm package, for `.ci/run`: packs it, lets npx install it from the file alone in an empty
// folder, and runs a race.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePackage } from '../scripts/package.mjs';
import { ROOT } from '../scripts/prepare.mjs';
import { outputOf, proveRace } from './race.mjs';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'okboxbox-installed-'));
try {
  const file = makePackage(folder);
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  // A cache of its own: nothing that this machine has installed before takes part.
  const cache = join(folder, 'cache');
  const npx = (...args) => outputOf('npx', ['--yes', '--cache', cache, '--package', file, 'okboxbox', ...args], empty);
  assert.equal((await npx('--version')).trim(), version);
  assert.match(await npx('help'), /Usage: okboxbox/);

  // As npx has installed it: a signal to npx itself would not tell how the program ends.
  const [installed] = readdirSync(join(cache, '_npx'));
  const okboxbox = join(cache, '_npx', installed, 'node_modules', '.bin', 'okboxbox');
  assert.match(await outputOf(okboxbox, ['drill', 'list'], empty), /relay/);
  await proveRace([okboxbox], empty);
  console.log(`okboxbox-${version}.tgz: installed in an empty folder, it runs a race from its start to its end.`);
} catch (error) {
  console.error(`the package: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
