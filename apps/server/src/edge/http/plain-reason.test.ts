import { expect, it } from 'vitest';
import { plainReason } from './plain-reason.js';

it.each([
  ["ENOSPC: no space left on device, write '/srv/data/sessions/sess_abc'", 'there is no room left, ENOSPC'],
  ['connect ECONNREFUSED 10.0.3.7:5432', 'it refuses connections, ECONNREFUSED'],
  ['getaddrinfo ENOTFOUND db.internal.example', 'its name leads nowhere, ENOTFOUND'],
  ['password authentication failed for user "racing"', 'it does not know this user'],
  ['database "okboxbox_prod" does not exist', 'what is asked for is not there'],
  ['timeout exceeded when trying to connect', 'it does not answer in time'],
  ['terminating connection due to administrator command', 'its connections break'],
  ['something with a secret at 10.0.3.7', 'the log says why'],
])('%s becomes: %s', (because, plain) => {
  expect(plainReason(because)).toBe(plain);
});
