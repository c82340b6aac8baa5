import { describeSources } from '@okboxbox/sims';

/** Prints what a relay can read on this machine, and why not the rest. */
export function relaySources(): void {
  for (const { spec, description, examples, why } of describeSources()) {
    const note = why === null ? '' : ` (not on this machine: ${why})`;
    process.stdout.write(`${why === null ? '+' : '-'} ${spec.padEnd(18)} ${description}${note}\n`);
    if (examples.some((example) => example !== spec))
      process.stdout.write(`  ${' '.repeat(18)} ${examples.join('  ')}\n`);
  }
}
