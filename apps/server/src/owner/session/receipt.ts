/** What became of a record that a relay sent. */
export type Receipt =
  | { readonly receipt: 'taken'; readonly cut?: readonly string[]; readonly camera?: 'refused' }
  | { readonly receipt: 'duplicate' }
  /** Something before it is missing; the relay is told what is there and sends again from behind that. */
  | { readonly receipt: 'gap' }
  /** It can never be taken: its place in the sequence is used up, the record itself is dropped. */
  | { readonly receipt: 'invalid'; readonly because: string }
  /** The sim's clock in it is not to be believed: like `invalid`. */
  | { readonly receipt: 'clock_jump'; readonly because: string }
  /** The disk has been failing and no more is held in memory, or the session has ended; the relay keeps it. */
  | { readonly receipt: 'no_room' };
