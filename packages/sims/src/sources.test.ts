import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { SOURCE_KINDS } from './open-source.js';
import { liveContract, playbackContract } from './sources.contract.js';
import type { Rig } from './testing/rig.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const inFolder = temporaryFolder();
const rigs = new Map<string, Rig>();
for (const { name } of readdirSync(HERE, { withFileTypes: true }).filter((each) => each.isDirectory())) {
  if (!existsSync(`${HERE}${name}/testing/rigs.ts`)) continue;
  const { RIGS } = (await import(`./${name}/testing/rigs.ts`)) as { RIGS: Readonly<Record<string, Rig>> };
  for (const [kind, rig] of Object.entries(RIGS)) rigs.set(kind, rig);
}

it('every kind of source has a rig, and so goes through the contract', () => {
  expect([...rigs.keys()].sort()).toEqual(SOURCE_KINDS.map(({ kind }) => kind));
});

for (const [kind, rig] of rigs) {
  if (rig.variant === 'live') liveContract(kind, rig);
  else playbackContract(kind, rig, inFolder);
}
