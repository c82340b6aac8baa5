import { join } from 'node:path';
import { z } from 'zod';
import { DataDirError, readStored } from './data-files.js';
import { replaceFile } from './replace-file.js';

/**
 * Which form the files of a data directory have. 1: as 0.1 wrote them, without this number. 2: as 0.2 writes them. 3: records of
 * timelines have their numbers.
 * Raised only where an older program would misread what a newer one has written.
 */
export const DATA_FORMAT = 3;

const FILE = 'format.json';
const storedFormat = z.object({ format: z.int().min(1), writtenBy: z.string().max(100) });

/**
 * Notes the format of a data directory, so that an older program leaves it alone. A directory without a note was
 * written by 0.1, or is new; both are read as they are.
 * @throws DataDirError where a newer program has written it, or the note cannot be read
 */
export async function openDataFormat(dataDir: string, version: string): Promise<void> {
  const path = join(dataDir, FILE);
  const found = await readStored(path, storedFormat);
  if (found.state === 'damaged') {
    throw new DataDirError(
      `${path} cannot be used: ${found.because}. Remove it if no version newer than ${version} has used ${dataDir}.`,
    );
  }
  if (found.state === 'read' && found.value.format > DATA_FORMAT) {
    throw new DataDirError(
      `DATA_DIR ${dataDir} was written by Ok, Box Box ${found.value.writtenBy}, and this is ${version}, which cannot read it. ` +
        'Start the newer version, or name another folder with --data or DATA_DIR.',
    );
  }
  if (found.state === 'read' && found.value.format === DATA_FORMAT && found.value.writtenBy === version) return;
  // A disk that is full keeps nobody from starting: the next start notes it.
  await replaceFile(path, JSON.stringify({ format: DATA_FORMAT, writtenBy: version })).catch(() => undefined);
}
