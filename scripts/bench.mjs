// `npm run bench [-- name …]`: runs the benchmarks that are named, or the short ones, one after another; each prints JSON
// objects, one a line. `npm run bench -- all` runs every one of them, for a quarter of an hour. With `--write`, what they
// print is also written to docs/benchmarks.md, with the machine that they ran on.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { benchmarkPage } from './bench-page.mjs';
import { build, install, ROOT, say } from './prepare.mjs';

install();
build();
/** Without a name: what takes two minutes together. */
const SHORT = ['codecs', 'fan-out', 'ingest', 'stalled-client', 'taps', 'timing-engine'];
const SUFFIX = '.bench.ts';
const named = process.argv.slice(2).filter((argument) => argument !== '--write');
const isWritten = process.argv.includes('--write');
const wanted = named.length > 0 ? named : SHORT;
const names = readdirSync(join(ROOT, 'bench'))
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length))
  .filter((name) => wanted.includes('all') || wanted.some((each) => name.startsWith(each)))
  .sort();

const runs = [];
for (const name of names) runs.push({ name, about: aboutOf(name), lines: await linesOf(name) });
if (isWritten) {
  writeFileSync(join(ROOT, 'docs', 'benchmarks.md'), benchmarkPage(machine(), runs));
  say('docs/benchmarks.md is written.');
}

/** Runs a bench; resolves with the objects that it printed. Ends this process where it fails. */
async function linesOf(name) {
  const child = spawn(process.execPath, [join('bench', 'dist', `${name}.bench.js`)], {
    cwd: ROOT,
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(text);
    printed += text;
  });
  const [code] = await closed;
  if (code !== 0) {
    say(`${name} failed.`);
    process.exit(code ?? 1);
  }
  const lines = printed.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line));
}

/** What a bench says that it measures: the first comment of its source. */
function aboutOf(name) {
  const [, comment = ''] =
    /\/\*\*\n([\s\S]*?)\*\//.exec(readFileSync(join(ROOT, 'bench', `${name}${SUFFIX}`), 'utf8')) ?? [];
  return comment
    .split('\n')
    .map((line) => line.replace(/^ \* ?/, '').trimEnd())
    .join('\n')
    .trim();
}

function machine() {
  const [cpu] = cpus();
  const commit = gitOutput('rev-parse', '--short', 'HEAD');
  const isChanged = gitOutput('status', '--porcelain', '--', '.', ':!docs/benchmarks.md') !== '';
  return {
    processor: `${cpu?.model.trim() ?? 'unknown'}, ${cpus().length} cores`,
    memory: `${Math.round(totalmem() / 1024 ** 3)} GB`,
    system: systemName(),
    Node: process.version,
    date: new Date().toISOString().slice(0, 10),
    commit: commit === '' ? 'unknown' : `${commit}${isChanged ? ', with changes' : ''}`,
  };
}

function systemName() {
  const file = '/etc/os-release';
  const [, name] = (existsSync(file) && /^PRETTY_NAME="(.*)"$/m.exec(readFileSync(file, 'utf8'))) || [];
  return name ?? type();
}

function gitOutput(...args) {
  return spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' }).stdout?.trim() ?? '';
}
