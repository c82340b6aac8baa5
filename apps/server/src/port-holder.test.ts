import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { portHolder } from './port-holder.js';

it.runIf(existsSync('/proc/net/tcp'))(
  'names the process that listens on a port, and nobody where none does',
  async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(portHolder(port)).toContain(`process ${process.pid}`);
    await new Promise((resolve) => server.close(resolve));
    expect(portHolder(port)).toBeNull();
  },
);
