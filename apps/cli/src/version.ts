import { readFileSync } from 'node:fs';

/** Put in where the program is bundled into one file, and has no manifest beside it. */
declare const __OKBOXBOX_VERSION__: string | undefined;

/** Version of this build, as every part of it reports. */
export const version: string = typeof __OKBOXBOX_VERSION__ === 'string' ? __OKBOXBOX_VERSION__ : versionOfManifest();

function versionOfManifest(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
