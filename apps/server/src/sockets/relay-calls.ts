import { relayAhead, relayBye, relayHello, relayLost, relayStatus } from '@okboxbox/protocol';
import { z } from 'zod';
import { declareSocketCalls } from './calls.js';

const batch = z
  .instanceof(Uint8Array, { error: 'not binary' })
  .meta({ type: 'string', format: 'binary', description: 'A batch of records (docs/wire.md).' });
const RIGHT = 'relay:publish';

/** What a relay calls, in the namespace `/relay`. */
export const RELAY_CALLS = declareSocketCalls({
  hello: {
    event: 'relay:hello',
    about:
      'Greets, before anything else: says which run of which relay this is. The answer says what the server has of it.',
    right: RIGHT,
    input: relayHello,
    answer: 'RelayWelcome',
  },
  frames: {
    event: 'relay:frames',
    about: 'Sends a batch of records. A second argument says when it was sent, in ms since the epoch.',
    right: RIGHT,
    input: batch,
    answer: 'FramesReceipt',
  },
  lost: {
    event: 'relay:lost',
    about: 'Says which records will never come.',
    right: RIGHT,
    input: relayLost,
    answer: 'FramesReceipt',
  },
  ahead: {
    event: 'relay:ahead',
    about: 'Says which records come later, behind what is live.',
    right: RIGHT,
    input: relayAhead,
    answer: 'FramesReceipt',
  },
  echo: {
    event: 'relay:echo',
    about: 'Measures the connection: answered at once.',
    right: RIGHT,
    input: z.looseObject({}),
    answer: 'Nothing',
  },
  status: {
    event: 'relay:status',
    about: 'What the relay says of itself, every few seconds.',
    right: RIGHT,
    input: relayStatus,
    answer: 'Nothing',
  },
  bye: {
    event: 'relay:bye',
    about: 'Says why the relay leaves. `finished` and `session-changed` end the session. May be repeated.',
    right: RIGHT,
    input: relayBye,
    answer: 'RelayByeReceipt',
  },
});
