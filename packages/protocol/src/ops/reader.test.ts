import { expect, it } from 'vitest';
import { z } from 'zod';
import { field } from './fields.js';
import { asWritten, readerOf } from './reader.js';

const row = z.object({ name: field.text, count: field.number, state: field.word('ok', 'away') });
const declared = z.object({
  at: field.instant,
  state: field.word('ok', 'away'),
  last: field.number.nullable(),
  more: field.text.nullable().exactOptional(),
  rows: z.array(row),
  byName: z.record(field.word('a', 'b'), field.number),
  inner: z.object({ total: field.number, idle: field.number }),
});
const whole = {
  at: 5,
  state: 'ok',
  last: 1,
  more: 'x',
  rows: [{ name: 'n', count: 2, state: 'away' }],
  byName: { a: 1, b: 2 },
  inner: { total: 3, idle: 1 },
} as const;
/** Where the first error is; `null` where it was read. */
const errorAt = (reader: z.ZodType, given: unknown) => reader.safeParse(given).error?.issues[0]?.path.join('.') ?? null;
const without = (name: keyof typeof whole) => {
  const { [name]: _, ...others } = whole;
  return others;
};

it('reads what is declared, and keeps what is not', () => {
  const newer = { ...whole, tyres: 'soft', inner: { ...whole.inner, deep: [1] }, byName: { a: 1, c: 3 } };
  expect(readerOf(declared).parse(newer)).toEqual(newer);
});

it('a field of a wrong type is an error with its name, also where it may be missing', () => {
  const reader = readerOf(declared, { at: undefined, rows: [{ count: 0 }], inner: { idle: 0 } });
  for (const [path, over] of [
    ['at', { at: 'today' }],
    ['at', { at: 9e15 }],
    ['state', { state: 'tired' }],
    ['last', { last: '1' }],
    ['more', { more: 5 }],
    ['rows', { rows: {} }],
    ['rows.0.count', { rows: [{ ...whole.rows[0], count: '2' }] }],
    ['byName.a', { byName: { a: 1e300 } }],
    ['inner.idle', { inner: { total: 1, idle: [] } }],
  ] as const)
    expect(errorAt(reader, { ...whole, ...over })).toBe(path);
});

it('what an older version did not have is null, missing, or what the reader says; else an error', () => {
  expect(readerOf(declared).parse(without('last'))).toEqual({ ...whole, last: null });
  expect(readerOf(declared).parse(without('more'))).toStrictEqual(without('more'));
  expect(readerOf(declared).parse({ ...whole, more: null })).toEqual({ ...whole, more: null });
  for (const name of ['at', 'state', 'rows', 'byName'] as const)
    expect(errorAt(readerOf(declared), without(name))).toBe(name);

  const reader = readerOf(declared, {
    at: undefined,
    state: 'away',
    rows: [],
    byName: {},
    inner: { total: 0, idle: 0 },
  });
  expect(reader.parse({})).toEqual({
    state: 'away',
    last: null,
    rows: [],
    byName: {},
    inner: { total: 0, idle: 0 },
  });
  expect(reader.parse({ ...whole, at: null, state: null, rows: null })).toEqual({
    ...without('at'),
    state: 'away',
    rows: [],
  });
});

it('a list or an object is needed where something in it is', () => {
  const reader = readerOf(declared, { rows: { count: 0 }, inner: { idle: 0 } });
  expect(reader.parse({ ...whole, rows: [{ name: 'n', state: 'ok' }] }).rows[0]?.count).toBe(0);
  expect(errorAt(reader, without('rows'))).toBe('rows');
  expect(errorAt(reader, { ...whole, rows: [{ count: 1, state: 'ok' }] })).toBe('rows.0.name');
  expect(errorAt(reader, without('inner'))).toBe('inner.total');
});

it('a word that this version does not know is kept where it is only shown', () => {
  const reader = readerOf(declared, { at: asWritten, rows: { state: asWritten } });
  const newer = { ...whole, at: 1e300, rows: [{ ...whole.rows[0], state: '[another word]' }] };
  expect(reader.parse(newer)).toEqual(newer);
  expect(errorAt(reader, { ...newer, rows: [{ ...whole.rows[0], state: 5 }] })).toBe('rows.0.state');
  expect(errorAt(reader, without('at'))).toBe('at');
});

it('reads one of several forms by the word that tells them apart', () => {
  const forms = z.discriminatedUnion('state', [
    z.object({ state: field.word('there'), rows: z.array(field.number) }),
    z.object({ state: field.word('not_there'), because: field.text }),
  ]);
  const reader = readerOf(z.object({ server: forms }), { server: { because: '' } });
  expect(reader.parse({ server: { state: 'not_there' } })).toEqual({ server: { state: 'not_there', because: '' } });
  expect(errorAt(reader, { server: { state: 'there', rows: 5 } })).toBe('server.rows');
  expect(errorAt(reader, {})).toBe('server');
});
