// Installs and builds what is not there yet, and skips what is. Runs before start, test, check and bench, so it
// uses nothing but Node.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** The oldest minor version of each major version before 24 that the dependencies run on; package.json says the same. */
const OLDEST_MINOR = { 20: 19, 22: 13 };
const STAMPS = join(ROOT, 'node_modules', '.okboxbox');
const BUILD_INPUTS = [
  ...['packages', 'apps', 'drills', 'bench'],
  ...['tsconfig.base.json', 'tsconfig.build.json', 'package-lock.json'],
];
const SEED = 'apps/server/dist/store/embedded/seed.tar.gz';
const OUTPUTS = [
  ...[SEED, 'packages/protocol/dist', 'packages/findings/dist'],
  ...[
    'apps/server/dist',
    'drills/dist',
    'apps/cli/dist',
    'apps/web/dist',
    'apps/web/dist/pack-viewer.html',
    'apps/web/dist/ograf/okboxbox.zip',
  ],
  'bench/dist',
];

/** Installs the dependencies of the lockfile, where they are not those already. */
export function install() {
  checkNode();
  const wanted = hashOf([join(ROOT, 'package-lock.json')]);
  if (readStamp('installed') === wanted) return;
  say('Installing dependencies (once; later starts skip this) …');
  step(
    'npm',
    ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    'Installing failed. Is the package registry reachable?',
  );
  writeStamp('installed', wanted);
}

/** Builds packages, apps and pages, where a source has changed since the last build. */
export function build() {
  noteCommit();
  const wanted = hashOf(BUILD_INPUTS.flatMap((input) => filesOf(join(ROOT, input))));
  if (readStamp('built') === wanted && OUTPUTS.every((output) => existsSync(join(ROOT, output)))) return;
  say('Building packages and apps …');
  step(
    process.execPath,
    [bin('typescript', 'tsc'), '-b', 'tsconfig.build.json'],
    'The build failed; the lines above say where.',
  );
  if (!existsSync(join(ROOT, SEED))) {
    say('Making the seed of the embedded database …');
    step(process.execPath, [join('apps', 'server', 'dist', 'store', 'embedded', 'make-seed.js')], 'The seed failed.');
  }
  say('Building the pages …');
  step(
    process.execPath,
    [bin('vite', 'vite'), 'build', '--logLevel', 'warn'],
    'The build of the pages failed.',
    'apps/web',
  );
  step(
    process.execPath,
    [bin('vite', 'vite'), 'build', '--config', 'vite.pack-viewer.config.ts', '--logLevel', 'warn'],
    'The build of the viewer of support packs failed.',
    'apps/web',
  );
  step(process.execPath, [join('scripts', 'build-graphics.mjs')], 'The build of the OGraf graphics failed.');
  writeStamp('built', wanted);
}

/** Leaves the commit beside the built server, where this is a checkout of one: operations show it. */
function noteCommit() {
  const git = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' });
  const dist = join(ROOT, 'apps', 'server', 'dist');
  if (git.status !== 0 || git.stdout.trim() === '') return;
  mkdirSync(dist, { recursive: true });
  writeFileSync(join(dist, 'git-sha.txt'), git.stdout);
}

/** Runs a tool of ours to its end; ends this process where it fails. */
export function step(command, args, complaint, cwd = '.') {
  const run = spawnSync(command, args, {
    cwd: join(ROOT, cwd),
    stdio: 'inherit',
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (run.status === 0) return;
  if (complaint) say(complaint);
  process.exit(run.status ?? 1);
}

/** Path of a dependency's program, to be run with Node itself. */
export function bin(packageName, program) {
  const folder = join(ROOT, 'node_modules', packageName);
  const { bin: programs } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof programs === 'string' ? programs : programs[program]);
}

export function say(line) {
  process.stderr.write(`${line}\n`);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major >= 24 || minor >= OLDEST_MINOR[major]) return;
  say(
    `Ok, Box Box needs Node 20.19, 22.13, 24 or later; this is ${process.versions.node}. Install a newer Node and try again.`,
  );
  process.exit(1);
}

function filesOf(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => name !== 'dist' && name !== 'node_modules')
    .flatMap(({ name }) => filesOf(join(path, name)))
    .sort();
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file.slice(ROOT.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function readStamp(name) {
  const path = join(STAMPS, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function writeStamp(name, value) {
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(join(STAMPS, name), value);
}
