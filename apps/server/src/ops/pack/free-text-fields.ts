import { freeTextOriginOf, packRuleOf } from '@okboxbox/protocol';
import { z } from 'zod';

/** What becomes of a free text. */
type Put = (text: string, from: string) => string;
/** A value with its free texts replaced; all else in it is the same. */
type Replace = (value: unknown, put: Put) => unknown;

/**
 * How to replace the free texts in what is declared; `null` where it has none. Findings quote what they are made of: so
 * what a pack leaves out is left out before they are made.
 */
export function freeTextsIn(declared: z.core.$ZodType): Replace | null {
  if (packRuleOf(declared) === 'freeText') {
    const from = freeTextOriginOf(declared) ?? '';
    return (value, put) => (typeof value === 'string' ? put(value, from) : value);
  }
  if (packRuleOf(declared) !== null) return null;
  if (
    declared instanceof z.ZodOptional ||
    declared instanceof z.ZodExactOptional ||
    declared instanceof z.ZodNullable
  ) {
    return freeTextsIn(declared.unwrap());
  }
  if (declared instanceof z.ZodArray) {
    const inRow = freeTextsIn(declared.element);
    return inRow && ((value, put) => (Array.isArray(value) ? value.map((row) => inRow(row, put)) : value));
  }
  if (declared instanceof z.ZodRecord) {
    const inValue = freeTextsIn(declared.valueType);
    return inValue && inFields(() => inValue);
  }
  if (!(declared instanceof z.ZodObject)) return null;
  const byName = new Map(
    Object.entries(declared.shape).flatMap(([name, each]) => {
      const inField = freeTextsIn(each);
      return inField === null ? [] : [[name, inField] as const];
    }),
  );
  return byName.size === 0 ? null : inFields((name) => byName.get(name));
}

function inFields(replaceOf: (name: string) => Replace | undefined): Replace {
  return (value, put) =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, replaceOf(name)?.(each, put) ?? each]))
      : value;
}
