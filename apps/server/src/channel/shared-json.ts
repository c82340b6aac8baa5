/** JSON that is made once and sent to many callers: as text, and as bytes where somebody needs those. */
export class SharedJson {
  readonly text: string;
  #bytes: Buffer | null = null;

  constructor(text: string) {
    this.text = text;
  }

  /** The same as UTF-8; every caller gets the same bytes, so nobody may change them. */
  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.text);
    return this.#bytes;
  }
}

/**
 * The answer to a call: a few members of its own, then all members of `shared`, an object with at least one member that
 * many callers share.
 */
export class SharedAnswer {
  readonly own: object;
  readonly shared: SharedJson;

  constructor(own: object, shared: SharedJson) {
    this.own = own;
    this.shared = shared;
  }
}
