/** Deepest nesting taken in JSON that others wrote: deeper values overflow the stack of code that writes them again. */
export const MAX_JSON_DEPTH = 32;

/** JSON that nests too deep. */
export class NestingError extends SyntaxError {
  constructor() {
    super(`nests deeper than ${MAX_JSON_DEPTH} levels`);
  }
}

/**
 * Parses JSON that others wrote. Fields named `__proto__` are left out at every depth, so that copying an
 * object field by field can never change what it inherits.
 * @throws SyntaxError where the text is not JSON; a `NestingError` where it nests deeper than `MAX_JSON_DEPTH`.
 */
export function parseUntrustedJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  clean(value, 1);
  return value;
}

/** Whether a value nests deeper than `MAX_JSON_DEPTH`. */
export function nestsTooDeep(value: unknown, depth = 1): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth > MAX_JSON_DEPTH || Object.values(value).some((item) => nestsTooDeep(item, depth + 1));
}

function clean(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_JSON_DEPTH) throw new NestingError();
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__');
  for (const item of Object.values(value)) clean(item, depth + 1);
}
