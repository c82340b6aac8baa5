import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { type PackRequest, printableLine } from '@okboxbox/protocol';
import { z } from 'zod';
import { CommandFailed } from './failures.js';
import { callForPack } from './pack-download.js';

const answer = z.object({
  texts: z.array(z.object({ key: z.string(), text: z.string(), from: z.array(z.string()) })),
});

/**
 * Shows each free text that a pack would hold, as it would be saved, and asks whether they go in; gives the keys of those
 * that do. `isAgreed`: they are shown, and nobody is asked.
 * @throws CommandFailed where nobody can be asked
 */
export async function chooseFreeText(
  server: string,
  token: string | null,
  request: PackRequest,
  isAgreed: boolean,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const read = answer.safeParse(
    JSON.parse(await text(await callForPack(server, '/free-text', token, request, signal))),
  );
  if (!read.success) throw new CommandFailed(`${server} does not list its free text as this version reads it.`);
  const { texts } = read.data;
  if (texts.length === 0) {
    process.stderr.write('There is no free text.\n');
    return [];
  }
  const lines = texts.map((each) => printableLine(`  ${each.from.join(', ')}: ${each.text}`));
  process.stderr.write(`Free text, as it would be saved:\n${lines.join('\n')}\n`);
  if (!isAgreed && !(await isAskedAndAgreed(texts.length, signal))) return [];
  return texts.map(({ key }) => key);
}

async function isAskedAndAgreed(count: number, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new CommandFailed('Nothing was written. Read the texts above, then add --yes to include them.');
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const what = count === 1 ? 'this text' : `these ${count} texts`;
    return /^y(?:es)?$/i.test((await asking.question(`Include ${what}? [y/N] `, { signal })).trim());
  } finally {
    asking.close();
  }
}
