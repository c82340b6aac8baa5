// `npm run release`: builds all that a version's users install into `release/`: the npm package, the relay for Windows,
// checksums (SHA256SUMS, for `sha256sum -c`) and the notes of the tag, from the changelog.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildProgram } from '../windows/build.mjs';
import { makePackage } from './package.mjs';
import { ROOT, say } from './prepare.mjs';
import { releaseNotes } from './release-notes.mjs';

const OUTPUT = join(ROOT, 'release');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');

// A changelog without this version is told before anything is built.
releaseNotes(changelog, version, []);
rmSync(OUTPUT, { recursive: true, force: true });
mkdirSync(OUTPUT);
const paths = [makePackage(OUTPUT), join(OUTPUT, 'okboxbox-relay.exe')];
copyFileSync(await buildProgram(), paths[1]);

const files = paths.map((path) => ({
  name: basename(path),
  sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
}));
writeFileSync(join(OUTPUT, 'SHA256SUMS'), files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(''));
writeFileSync(join(OUTPUT, `notes-${version}.md`), releaseNotes(changelog, version, files));
say(
  `${version} is in ${OUTPUT}: ${[...files.map(({ name }) => name), 'SHA256SUMS', `notes-${version}.md`].join(', ')}`,
);
