import { expect, it } from 'vitest';
import { ConfigError, readRelayConfig } from './config.js';
import { shownUrl } from './shown-url.js';

it.each([
  ['https://race.example', 'https://race.example'],
  ['http://127.0.0.1:3001', 'http://127.0.0.1:3001'],
  ['https://rig:hunter2@race.example:8443', 'https://race.example:8443'],
  ['https://rig@race.example', 'https://race.example'],
  ['https://race.example?token=hunter2', 'https://race.example?token=…'],
  ['https://race.example?room=3&API_KEY=hunter2', 'https://race.example?room=3&API_KEY=…'],
  ['https://race.example#access_token=hunter2', 'https://race.example'],
  // A password with what ends a host's name.
  ['https://rig:hunter2/x@race.example', 'https://race.example'],
  ['https://rig:80/hunter2@race.example', 'https://race.example'],
  ['rig:hunter2@race.example', 'race.example'],
])('%s is shown as %s', (url, shown) => {
  expect(shownUrl(url)).toBe(shown);
});

it('an address that cannot be used is named without its password', () => {
  const read = () => readRelayConfig({ RELAY_BACKENDS: 'http://good,ftp://rig:hunter2@there' });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow('RELAY_BACKENDS is "http://good,ftp://there"');
  expect(read).not.toThrow('hunter2');
});
