import type { MessageName } from './messages.js';

/** An event that the server sends by itself. */
export interface SentEvent {
  readonly event: string;
  readonly about: string;
  /** What it may carry. */
  readonly messages: readonly MessageName[];
  /** Whether the client acknowledges it with a `ClockPong`. */
  readonly isAsked?: true;
}

const closed: SentEvent = {
  event: 'session:closed',
  about: 'Why the connection is closed, before it is cut. A client whose right has ended does not connect again.',
  messages: ['SessionClosed'],
};

/** Every event that the server sends, by namespace. A test holds this against the code that sends them. */
export const SENT_EVENTS: Readonly<Record<'viewers' | 'relays', readonly SentEvent[]>> = {
  viewers: [
    {
      event: 'feed',
      about:
        'Everything that changed in a tick, at its position. Another `epoch`, or a `seq` that is not the next one, means: ' +
        'send `feed:resync`. In the format `json` a `NamedFeedMessage`.',
      messages: ['FeedMessage', 'NamedFeedMessage'],
    },
    {
      event: 'broadcast:delay:state',
      about: 'The state of the broadcast delay, on each change. What is measured is for the live room only.',
      messages: ['DelayState', 'MeasuredDelay'],
    },
    {
      event: 'show:look',
      about: "The show's own look from now on, to all who see its picture.",
      messages: ['LookChanged'],
    },
    {
      event: 'own',
      about: "A car's own data, to those whose tokens name the car and who joined with it.",
      messages: ['OwnCarMessage'],
    },
    {
      event: 'session:moved',
      about: 'The show goes on with another session: join again for its state.',
      messages: ['SessionMoved'],
    },
    {
      event: 'session:withdrawn',
      about: 'The show is no longer published, and this client has left it.',
      messages: ['SessionWithdrawn'],
    },
    { event: 'desk', about: "The whole state of a show's desk, to directors who opened it.", messages: ['DeskState'] },
    closed,
  ],
  relays: [
    {
      event: 'clock:ping',
      about: "Asks for the relay's clock. The acknowledgement is a `ClockPong`, without `ok`.",
      messages: ['ClockPing'],
      isAsked: true,
    },
    { event: 'relay:rate', about: 'Asks for fewer frames; `null` ends that.', messages: ['RateRequest'] },
    { event: 'relay:pause', about: 'Asks for no frames, or for frames again.', messages: ['PauseRequest'] },
    {
      event: 'relay:camera',
      about:
        "Asks the sim's camera on the relay's PC for another one, or for a car. The acknowledgement is `{ asked: true }`, or " +
        '`{ asked: false, because }`, without `ok`.',
      messages: ['CameraRequest'],
    },
    closed,
  ],
};
