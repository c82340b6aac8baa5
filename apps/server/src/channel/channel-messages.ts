import type { FeedChange, FeedState, OwnCarMessage } from '@okboxbox/protocol';
import type { Output, ShowEvent } from './channel.js';

/**
 * What crosses from an owner's channel to its mirror in another process, in the order in which it was sent. Instants are
 * in ms on the show's clock.
 */
export type ChannelMessage =
  /** An output began, or the mirror did: with the whole state, and where its epoch has come. */
  | {
      readonly kind: 'open';
      readonly output: Output;
      readonly state: FeedState;
      readonly at: number | null;
      readonly epoch: string;
      readonly seq: number;
      readonly ownCars: readonly OwnCarMessage[];
    }
  | { readonly kind: 'send'; readonly room: string; readonly at: number | null }
  | { readonly kind: 'reach'; readonly room: string; readonly at: number | null }
  | { readonly kind: 'epoch'; readonly room: string; readonly epoch: string }
  | { readonly kind: 'probe'; readonly room: string }
  | { readonly kind: 'own'; readonly room: string; readonly ownCars: readonly OwnCarMessage[] }
  | { readonly kind: 'close'; readonly room: string }
  | { readonly kind: 'tell'; readonly show: string; readonly event: ShowEvent };

/** A message as it crosses: its JSON, and behind a line break the JSON of the change where it brings one. */
export function packMessage(message: ChannelMessage, change?: string): string {
  const head = JSON.stringify(message);
  return change === undefined ? head : `${head}\n${change}`;
}

/** A change as text and as what it says. */
export interface CarriedChange {
  readonly json: string;
  readonly change: FeedChange;
}

/** The part of a packed message behind its line break: JSON itself has none. `null` where it brings no change. */
export function carriedChange(packed: string): CarriedChange | null {
  const end = packed.indexOf('\n');
  if (end === -1) return null;
  const json = packed.slice(end + 1);
  return { json, change: JSON.parse(json) as FeedChange };
}
