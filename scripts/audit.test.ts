import { describe, expect, it } from 'vitest';
import { type LockedPackage, problemsOfLockfile, problemsOfManifest } from './audit.mjs';

const NODES = '^20.19.0 || ^22.13.0 || >=24.0.0';
const GOOD: LockedPackage = { version: '1.2.3', license: 'MIT', integrity: 'sha512-x', engines: { node: '>=18' } };

const problemsOf = (changed: Partial<LockedPackage>) =>
  problemsOfLockfile({ 'node_modules/a/node_modules/@b/c': { ...GOOD, ...changed } }, NODES);

describe('the audit of a lockfile', () => {
  it('finds nothing in a dependency that is as it must be', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ engines: { node: '^20.19.0 || >=22.12.0' } })).toEqual([]);
    expect(problemsOf({ license: '(GPL-3.0 OR MIT)' })).toEqual([]);
  });

  it.each<[string, Partial<LockedPackage>]>([
    ['runs a script', { hasInstallScript: true }],
    ['has the licence GPL-3.0', { license: 'GPL-3.0' }],
    ['has the licence MIT AND GPL-3.0', { license: 'MIT AND GPL-3.0' }],
    ['names where it comes from', { resolved: 'https://registry.example/c-1.2.3.tgz' }],
    ['runs on Node >=22 only', { engines: { node: '>=22' } }],
    ['runs on Node ^22.13.0 || >=23.5.0 only', { engines: { node: '^22.13.0 || >=23.5.0' } }],
  ])('names a dependency that %s', (words, changed) => {
    expect(problemsOf(changed)).toEqual([expect.stringContaining(`@b/c 1.2.3 ${words}`)]);
  });

  it('names a dependency without a checksum or a licence', () => {
    expect(problemsOfLockfile({ 'node_modules/c': { version: '1.2.3' } }, NODES)).toEqual([
      expect.stringContaining('(none)'),
      'c 1.2.3 has no checksum',
    ]);
  });

  it('leaves our own packages out', () => {
    expect(problemsOfLockfile({ '': {}, 'apps/a': {}, 'node_modules/@a/a': { link: true } }, NODES)).toEqual([]);
  });
});

describe('the audit of a package.json', () => {
  it('takes exact versions alone, in every kind of dependency and in overrides', () => {
    expect(problemsOfManifest({ name: 'ours', dependencies: { a: '1.2.3', b: '1.0.0-alpha.6' } })).toEqual([]);
    const inexact = { a: '^1.2.3', b: '1.2', c: '*', d: 'latest', e: 'git+https://example.org/e.git' };
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies', 'overrides']) {
      expect(problemsOfManifest({ name: 'ours', [kind]: inexact })).toHaveLength(5);
    }
    expect(problemsOfManifest({ name: 'ours', overrides: { a: { b: '^1.0.0' } } })).toEqual([
      'ours asks for b ^1.0.0: give an exact version',
    ]);
  });
});
