import { WireError } from './error.js';
import { NestingError, nestsTooDeep, parseUntrustedJson } from './untrusted-json.js';

const encoder = new TextEncoder();
// A byte order mark is a character like any other here, so that every text comes back as it was.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 of a text; half a surrogate pair becomes U+FFFD. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * The text of some bytes; `what` names them in the error.
 * @throws WireError where they are not UTF-8.
 */
export function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new WireError(`${what}: not UTF-8`);
  }
}

/**
 * UTF-8 of a value's JSON; `what` names it in the error.
 * @throws WireError where the value has no JSON form (a cycle, a bigint), or nests too deep for this runtime to write.
 */
export function encodeJson(value: unknown, what: string): Uint8Array {
  try {
    return encoder.encode(JSON.stringify(value));
  } catch (error) {
    // Some versions of Node overflow their stack here, others write any depth.
    if (error instanceof RangeError && nestsTooDeep(value))
      throw new WireError(`${what}: ${new NestingError().message}`);
    throw new WireError(`${what}: cannot be written as JSON: ${messageOf(error)}`);
  }
}

/**
 * The value of some bytes of JSON, without fields named `__proto__`; `what` names it in the error.
 * @throws WireError where they are not JSON or nest too deep.
 */
export function decodeJson(bytes: Uint8Array, what: string): unknown {
  const text = decodeText(bytes, what);
  try {
    return parseUntrustedJson(text);
  } catch (error) {
    // What a parser says of a text quotes it.
    throw new WireError(`${what}: not JSON${error instanceof NestingError ? `: ${error.message}` : ''}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
