import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';

/** Part of the build: an empty database, packed, beside the program that starts from it. */
const db = await PGlite.create();
const seed = await db.dumpDataDir('gzip');
await writeFile(fileURLToPath(new URL('seed.tar.gz', import.meta.url)), new Uint8Array(await seed.arrayBuffer()));
await db.close();
