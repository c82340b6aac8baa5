// `npm run bench [name …]`: runs the benchmarks that are named, or the short ones, one after another; each prints JSON
// objects, one a line. `npm run bench all` runs every one of them, for a quarter of an hour.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, install, ROOT, step } from './prepare.mjs';

install();
build();
/** Without a name: what takes two minutes together. */
const SHORT = ['codecs', 'fan-out', 'ingest', 'stalled-client', 'taps', 'timing-engine'];
const named = process.argv.slice(2);
const wanted = named.length > 0 ? named : SHORT;
const benches = readdirSync(join(ROOT, 'bench', 'dist')).filter((file) => file.endsWith('.bench.js'));
for (const file of benches.sort()) {
  if (!wanted.includes('all') && !wanted.some((name) => file.startsWith(name))) continue;
  step(process.execPath, [join('bench', 'dist', file)], `${file} failed.`);
}
