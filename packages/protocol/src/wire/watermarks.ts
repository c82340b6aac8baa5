/**
 * How far the records of one stream have come: at each place the sequence number of a record up to which the place has
 * all, 0 where it has none. A record passes them in this order, so that none is above the one before it. Where live frames
 * went first, `sent` and `taken` are above a gap that is filled later; `durable` and `acknowledged` stay below it.
 */
export interface Watermarks {
  /** The newest record that the relay has numbered: it is in its memory, at least. */
  readonly captured: number;
  /** It is written to the relay's spool: a crash of the relay does not lose it. */
  readonly spooled: number;
  /** It was handed to the connection to a server. With a new connection this begins at `acknowledged` again. */
  readonly sent: number;
  /** The server has it in memory: it is timed and shown. */
  readonly taken: number;
  /** It is on the server's disk, synced: no crash loses it. */
  readonly durable: number;
  /** The server has answered that it is durable: a relay need not keep it for this server. */
  readonly acknowledged: number;
}
