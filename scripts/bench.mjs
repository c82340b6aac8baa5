// `npm run bench [name …]`: runs the benchmarks one after another; each prints JSON objects, one a line.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, install, ROOT, step } from './prepare.mjs';

install();
build();
const wanted = process.argv.slice(2);
const benches = readdirSync(join(ROOT, 'bench', 'dist')).filter((file) => file.endsWith('.bench.js'));
for (const file of benches.sort()) {
  if (wanted.length > 0 && !wanted.some((name) => file.startsWith(name))) continue;
  step(process.execPath, [join('bench', 'dist', file)], `${file} failed.`);
}
