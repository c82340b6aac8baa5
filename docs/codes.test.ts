import { existsSync, readFileSync } from 'node:fs';
import {
  CLOSE_CODES,
  DELAY_STATE_NAMES,
  DELAY_STATES,
  ERROR_CODES,
  isFinalRefusal,
  isRightEnd,
} from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';

/** The contract, which lies beside the project. */
const CONTRACT = new URL(`${process.env.OKBOXBOX_SHARED ?? '../shared'}/contract.md`, new URL('../', import.meta.url));
const WITHOUT_CONTRACT = process.env.CI !== 'true' && !existsSync(CONTRACT);

/** The rows of the table below a heading of docs/codes.md; a code without its quotes. */
function rowsBelow(heading: string): string[][] {
  const page = readFileSync(new URL('codes.md', import.meta.url), 'utf8');
  const part = page.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
  return [...part.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, code = '', rest = '']) => [
    code,
    ...rest.split('|').map((cell) => cell.trim()),
  ]);
}

describe('docs/codes.md', () => {
  it('lists every close code with its text, and no other', () => {
    const expected = Object.entries<{ text: string; isSent?: true }>(CLOSE_CODES).map(([code, { text, isSent }]) => [
      code,
      text,
      isRightEnd(code) ? 'right ended' : isSent ? 'yes' : '',
    ]);
    expect(rowsBelow('Close codes')).toEqual(expected);
  });

  it('lists every error code with its text, and no other', () => {
    const expected = Object.entries(ERROR_CODES).map(([code, { text, meaning }]) => [
      code,
      text,
      meaning,
      isFinalRefusal(code) ? 'yes' : '',
    ]);
    expect(rowsBelow('Error codes')).toEqual(expected);
  });

  it('lists every state of the broadcast delay with its meaning, and no other', () => {
    const expected = Object.entries(DELAY_STATES).map(([state, { name, meaning, severity }]) => [
      state,
      name,
      meaning,
      severity,
    ]);
    expect(rowsBelow('Delay states')).toEqual(expected);
  });
});

describe.skipIf(WITHOUT_CONTRACT)('the contract', () => {
  it('names the same states of the broadcast delay, in the same order', () => {
    const sentence = /`broadcast:delay:state` goes to both rooms on each change: (.*?), with the measured/.exec(
      readFileSync(CONTRACT, 'utf8'),
    );
    expect([...(sentence?.[1] ?? '').matchAll(/`(\w+)`/g)].map(([, state]) => state)).toEqual(DELAY_STATE_NAMES);
  });
});
