import { readFile } from 'node:fs/promises';
import { pageOfPack } from '@okboxbox/protocol';
import { CommandFailed } from './failures.js';
import { PACK_VIEWER } from './place.js';
import { writePrivateFile } from './private-file.js';

/** Writes a support pack as one HTML file that shows it in any browser, without a server. @throws CommandFailed */
export async function writePackPage(packText: string, path: string, isForced: boolean): Promise<void> {
  const viewer = await readFile(PACK_VIEWER, 'utf8').catch((error: Error) => {
    throw new CommandFailed(`The viewer of support packs cannot be read: ${error.message}. Build it: npm run build`);
  });
  const page = pageOfPack(viewer, packText);
  if (page === null)
    throw new CommandFailed(`${PACK_VIEWER} is not the viewer of support packs. Build it: npm run build`);
  await writePrivateFile(path, [page], isForced);
  process.stderr.write(`${path} written. Open it in a browser: it needs no server.\n`);
}
