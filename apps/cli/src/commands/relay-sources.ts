import { describeSources } from '@okboxbox/sources';

/** Prints what a relay can read here, and why not the rest. */
export function relaySources(): void {
  for (const { spec, description, available, why } of describeSources()) {
    const note = available ? '' : ` (not here: ${why})`;
    process.stdout.write(`${available ? '+' : '-'} ${spec.padEnd(18)} ${description}${note}\n`);
  }
}
