/** Why an owner refuses something; the codes that callers are told (contract, sections 5 and 6). */
export type OwnerRefusalCode = 'bad_request' | 'conflict' | 'not_available' | 'not_found' | 'internal';

/**
 * An owner does not do what it was asked for. The message says why and what to do, in words for the caller; the code is
 * all that an edge needs to pass it on, from another process as well.
 */
export class OwnerRefusal extends Error {
  override readonly name: string = 'OwnerRefusal';
  readonly code: OwnerRefusalCode;

  constructor(code: OwnerRefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** No server runs a show now: its owner has stopped, and none has taken it over yet. */
export class NoOwnerError extends OwnerRefusal {
  override readonly name = 'NoOwnerError';

  constructor(show: string) {
    super('not_available', `No server runs the show "${show}" now. Try again in a few seconds.`);
  }
}
