// Makes the npm package that users install: the built packages and pages, and every dependency in the version of the
// lockfile, in one file. Nothing is built or run when it is installed.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { build, install, ROOT } from './prepare.mjs';

const COMMAND = '@okboxbox/cli';
const PAGES = '@okboxbox/web';
/** Files that only a reader of the sources needs. */
const LEFT_OUT = /\.(map|d\.[cm]?ts|tsbuildinfo)$/;

/** Builds and packs `okboxbox-VERSION.tgz` into a folder; gives the path of the file. */
export function makePackage(folder) {
  install();
  build();
  const staged = mkdtempSync(join(tmpdir(), 'okboxbox-package-'));
  try {
    stage(staged);
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
    const packed = spawnSync('npm', args, { cwd: staged, encoding: 'utf8', shell: process.platform === 'win32' });
    if (packed.status !== 0) throw new Error(`npm could not pack the package:\n${packed.stderr}`);
    return join(folder, JSON.parse(packed.stdout)[0].filename);
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}

/** Lays the package out in an empty folder. */
function stage(folder) {
  const { name, version, description, license, type, engines } = manifestOf('.');
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const { ours, others, platform } = partsOf(packages);
  for (const part of ours) stageOurs(part, join(folder, 'node_modules', packages[part].name));
  for (const part of others) copy(join(ROOT, part), join(folder, stagedPath(part, packages)));
  for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md']) copy(join(ROOT, file), join(folder, file));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', 'okboxbox.js'), `#!/usr/bin/env node\nimport '${COMMAND}/program';\n`);
  writeManifest(folder, {
    name,
    version,
    description,
    license,
    type,
    engines,
    bin: { okboxbox: 'bin/okboxbox.js' },
    dependencies: { [COMMAND]: version, [PAGES]: version },
    bundleDependencies: [COMMAND, PAGES],
    optionalDependencies: platform,
  });
}

/**
 * What the command needs: our packages by their folder, dependencies by their path in the lockfile, and what belongs to
 * one system alone by name and version, which npm installs on that system.
 */
function partsOf(packages) {
  const ours = new Set();
  const others = new Set();
  const platform = {};
  const add = (path) => {
    const entry = packages[path];
    const from = entry.link ? entry.resolved : path;
    if (ours.has(from) || others.has(from)) return;
    if (entry.os) {
      platform[nameOf(path)] = entry.version;
      return;
    }
    (entry.link ? ours : others).add(from);
    const { dependencies, optionalDependencies } = packages[from];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) add(locate(packages, from, name));
  };
  add(`node_modules/${COMMAND}`);
  ours.add(packages[`node_modules/${PAGES}`].resolved);
  return { ours, others, platform };
}

/** Where Node finds a dependency from a package: in its own folder, or in the nearest above. */
function locate(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = `${folder}${folder && '/'}node_modules/${name}`;
    if (packages[path]) return path;
    if (folder === '') throw new Error(`${from} needs ${name}, which is not in the lockfile.`);
  }
}

/** Where a dependency goes: where it is, but that our packages lie among the others. */
function stagedPath(path, packages) {
  if (path.startsWith('node_modules/')) return path;
  const owner = path.slice(0, path.indexOf('/node_modules/'));
  return join('node_modules', packages[owner].name, path.slice(owner.length));
}

/** Copies one of our packages as it is built, without what it is built of. */
function stageOurs(part, folder) {
  const { name, version, license, type, exports, bin, dependencies } = manifestOf(part);
  const isPages = name === PAGES;
  const built = join(ROOT, part, 'dist');
  // A file whose source has been moved or removed stays behind in `dist`.
  const isCurrent = (file) => isPages || !file.endsWith('.js') || isBuiltOfSource(file, built, join(ROOT, part, 'src'));
  copy(built, join(folder, 'dist'), isCurrent);
  for (const other of ['bin', 'preload']) {
    if (existsSync(join(ROOT, part, other))) copy(join(ROOT, part, other), join(folder, other));
  }
  const paths = exports && Object.fromEntries(Object.entries(exports).map(([key, to]) => [key, to.default ?? to]));
  writeManifest(folder, {
    name,
    version,
    license,
    type,
    bin,
    exports: paths,
    // The pages are bundled.
    dependencies: isPages ? undefined : dependencies,
  });
}

function isBuiltOfSource(file, built, sources) {
  const source = join(sources, file.slice(built.length)).slice(0, -'.js'.length);
  return existsSync(`${source}.ts`) || existsSync(`${source}.tsx`);
}

/** Copies a file or a folder, without what is left out and without nested dependencies, which are parts of their own. */
function copy(from, to, isWanted = () => true) {
  cpSync(from, to, {
    recursive: true,
    filter: (path) => {
      const inside = path.slice(from.length + 1).split(sep);
      return inside[0] !== 'node_modules' && !LEFT_OUT.test(path) && isWanted(path);
    },
  });
}

function nameOf(path) {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
}

function writeManifest(folder, manifest) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
