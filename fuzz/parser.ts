/** A place where bytes or words from outside come in. */
export interface Parser {
  readonly name: string;
  /** Good inputs, each of which is damaged in many ways. */
  readonly good: readonly Uint8Array[];
  /**
   * Reads one input to its end. What it returns is ignored; an error must be one of `refusals`, which is what the caller
   * of the real parser catches.
   */
  readonly read: (bytes: Uint8Array) => unknown;
  /** Names of the errors that say in plain words what is wrong with an input. */
  readonly refusals: readonly string[];
  /** How many damaged inputs are tried in the short form. */
  readonly times: number;
}

/** A parser's good inputs as bytes. */
export function texts(...good: readonly string[]): Uint8Array[] {
  return good.map((text) => new TextEncoder().encode(text));
}

/** An input as text, as it comes from a file. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
