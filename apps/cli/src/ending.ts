import { asTyped, printable, printableLine } from '@okboxbox/protocol';
import { CommanderError } from 'commander';
import { CommandFailed, UsageError } from './failures.js';

/**
 * Ends the process as an error calls for: a usage error exits 2, a failure 1, each with one line that says what to do. A
 * message may be made of what a file or a server says.
 */
export function endWith(error: unknown, program: string): never {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) process.exit(0);
    const message = printableLine(error.message.replace(/^error: /, '').replaceAll('\n', ' '));
    process.stderr.write(`${program}: ${message} (see ${program} --help)\n`);
    process.exit(2);
  }
  if (error instanceof UsageError) {
    process.stderr.write(`${program}: ${printableLine(asTyped(error.message.replaceAll('\n', ' ')))}\n`);
    process.exit(2);
  }
  if (error instanceof CommandFailed) {
    process.stderr.write(`${program}: ${printableLine(asTyped(error.message.replaceAll('\n', ' ')))}\n`);
    process.exit(1);
  }
  process.stderr.write(
    `${program}: unexpected error, please report it: ${printable(String(error instanceof Error ? error.stack : error))}\n`,
  );
  process.exit(1);
}

/**
 * Ends the process as a command ends. One that waits for something that will never come fails as well: without this,
 * Node would end it in silence, and with success.
 */
export function runToEnd(command: Promise<void>, program: string): void {
  let isOver = false;
  command
    .catch((error: unknown) => endWith(error, program))
    .finally(() => {
      isOver = true;
    });
  process.once('beforeExit', () => {
    if (!isOver) endWith(new Error('the command ended before its work was done'), program);
  });
}
