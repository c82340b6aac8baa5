// `npm run check` reads what is installed from the lockfiles alone, without a network: no package runs a script when it is
// installed, every licence is one of the list, every version is exact, no entry names a registry, and every package runs
// on all Node versions that package.json promises.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import semver from 'semver';
import { ROOT, say } from './prepare.mjs';

/** Licences that may be distributed with, or used to build, software under MIT. */
const LICENCES = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MPL-2.0',
  'OFL-1.1',
  'Unlicense',
];
/** Licences of packages whose package.json gives them in a form that the lockfile does not take over. */
const LICENCE_OF = { 'xmlhttprequest-ssl 2.1.2': 'MIT' };
const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/**
 * What is not allowed in a lockfile, one line for each.
 * @param packages the `packages` of the lockfile: workspaces by their folder, dependencies by their path
 * @param nodes the range of Node versions that every dependency must run on
 */
export function problemsOfLockfile(packages, nodes) {
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .flatMap(([path, entry]) => {
      const name = `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)} ${entry.version}`;
      const licence = entry.license ?? LICENCE_OF[name];
      return [
        entry.hasInstallScript && `${name} runs a script when it is installed`,
        !isAllowed(licence) && `${name} has the licence ${licence ?? '(none)'}, which is not on the list`,
        entry.resolved && `${name} names where it comes from (${entry.resolved}): leave it to the user's registry`,
        !entry.integrity && `${name} has no checksum`,
        !runsOn(entry.engines?.node, nodes) &&
          `${name} runs on Node ${entry.engines.node} only, not on all of ${nodes}`,
      ].filter(Boolean);
    });
}

/** What is not allowed in a package.json, one line for each. */
export function problemsOfManifest(manifest) {
  const given = [...DEPENDENCIES.map((kind) => manifest[kind] ?? {}), manifest.overrides ?? {}].flatMap(versionsIn);
  return given
    .filter(([, version]) => semver.valid(version) !== version)
    .map(([name, version]) => `${manifest.name} asks for ${name} ${version}: give an exact version`);
}

/** Names and versions, those of overrides within a package included. */
function versionsIn(dependencies) {
  return Object.entries(dependencies).flatMap(([name, version]) =>
    typeof version === 'string' ? [[name, version]] : versionsIn(version),
  );
}

function isAllowed(licence) {
  return (licence ?? '')
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((one) => LICENCES.includes(one));
}

function runsOn(range, nodes) {
  return range === undefined || semver.subset(nodes, range);
}

function read(path) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

/** What is not allowed in a folder with a lockfile: in that, and in each package.json of ours that it covers. */
function problemsIn(folder, nodes) {
  const { packages } = read(join(folder, 'package-lock.json'));
  const ours = Object.keys(packages).filter((path) => !path.includes('node_modules/'));
  return [
    ...problemsOfLockfile(packages, nodes),
    ...ours.flatMap((path) => problemsOfManifest(read(join(folder, path, 'package.json')))),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { engines } = read('package.json');
  const problems = ['.', 'windows'].flatMap((folder) => problemsIn(folder, engines.node));
  for (const problem of problems) say(`audit: ${problem}`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
