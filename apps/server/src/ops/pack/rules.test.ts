import { field } from '@okboxbox/protocol';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { redact } from './allow-list.js';
import { Pseudonyms } from './pseudonyms.js';
import { Redaction } from './redaction.js';
import { ruleOf, UndeclaredError } from './rules.js';

const redaction = () => new Redaction(new Pseudonyms());

it('refuses a field of which nothing is stated, however deep it lies', () => {
  for (const undeclared of [z.string(), z.number(), z.unknown(), z.enum(['a']), z.literal('a'), z.any()]) {
    for (const declared of [
      z.object({ at: field.number, more: undeclared }),
      z.object({ rows: z.array(z.object({ more: undeclared.optional() })) }),
      z.object({ byName: z.record(field.code, undeclared) }),
      z.object({ byName: z.record(z.string(), field.number), more: undeclared }),
      z.object({ more: undeclared.nullable() }),
    ]) {
      expect(() => ruleOf(declared)).toThrow(UndeclaredError);
    }
  }
  expect(() => ruleOf(z.object({ rows: z.array(z.object({ more: z.string() })) }))).toThrow('"rows[].more"');
});

it('refuses objects that may have any field, and forms that differ in more than words', () => {
  const open = [z.looseObject({ at: field.number }), z.object({ at: field.number }).catchall(field.number)];
  for (const declared of open) expect(() => ruleOf(declared)).toThrow(UndeclaredError);
  const forms = z.discriminatedUnion('kind', [
    z.object({ kind: field.word('a'), of: field.text }),
    z.object({ kind: field.word('b'), of: field.sessionId }),
  ]);
  expect(() => ruleOf(forms)).toThrow(UndeclaredError);
});

it('leaves out and counts what is not declared, and gives a value of another kind no way through', () => {
  const declared = z.object({
    count: field.number,
    state: field.word('ok', 'away'),
    show: field.show.exactOptional(),
    rows: z.array(z.object({ because: field.text.nullable() })),
  });
  const to = redaction();
  const given = { count: 'secret', state: 'secret', secret: 1, rows: [{ because: null, secret: 2 }] };
  expect(redact(ruleOf(declared), given, to)).toEqual({
    count: null,
    state: '[another word]',
    rows: [{ because: null }],
  });
  expect(to.droppedFields).toBe(2);
});

it('joins the forms of a value by the words that tell them apart', () => {
  const declared = z.discriminatedUnion('state', [
    z.object({ state: field.word('there'), rows: z.array(field.number) }),
    z.object({ state: field.word('not_there'), because: field.text }),
  ]);
  const rule = ruleOf(declared);
  expect(redact(rule, { state: 'there', rows: [1] }, redaction())).toEqual({ state: 'there', rows: [1] });
  expect(redact(rule, { state: 'not_there', because: 'no' }, redaction())).toEqual({
    state: 'not_there',
    because: 'no',
  });
  expect(redact(rule, { state: 'somewhere' }, redaction())).toEqual({ state: '[another word]' });
});
