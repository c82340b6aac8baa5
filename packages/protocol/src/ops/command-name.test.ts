import { afterEach, describe, expect, it } from 'vitest';
import { asTyped, commandName, nameCommand } from './command-name.js';

describe('commands in texts', () => {
  afterEach(() => nameCommand('okboxbox'));

  it('are as they are written where the command is installed', () => {
    expect(commandName()).toBe('okboxbox');
    expect(asTyped('Run "okboxbox sign-in".')).toBe('Run "okboxbox sign-in".');
  });

  it('are called as people can type them, each of them, behind variables too', () => {
    nameCommand('npx --no-install okboxbox');
    expect(asTyped('Run "okboxbox sign-in" or RELAY_TOKEN=… okboxbox relay --source x.')).toBe(
      'Run "npx --no-install okboxbox sign-in" or RELAY_TOKEN=… npx --no-install okboxbox relay --source x.',
    );
  });

  it('leaves what is no command: titles of processes, names of packages, addresses', () => {
    nameCommand('npx --no-install okboxbox');
    for (const text of ['ps aux | grep "okboxbox server"', '@okboxbox/server', 'okboxbox: failed', 'okboxbox relays']) {
      expect(asTyped(text)).toBe(text);
    }
  });
});
