/** How often it is looked whether npm is still there, in ms. */
const LOOK_MS = 250;

/**
 * Resolves when this process is told to stop: by a signal or, where `up` started it, when its channel to `up` closes. A
 * signal to npm ends npm and not what it runs: a child that loses its npm stops as well.
 * Ctrl-C reaches a whole terminal at once; a child leaves it to `up`, which stops the relay before the server.
 */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    const isChild = process.send !== undefined;
    const parent = process.ppid;
    const left = () => {
      if (process.ppid !== parent) stop();
    };
    const looking =
      isChild || process.env.npm_lifecycle_event === undefined ? null : setInterval(left, LOOK_MS).unref();
    const stop = () => {
      if (looking !== null) clearInterval(looking);
      process.removeListener('disconnect', stop);
      // Nothing more is to be heard from `up`, and an open channel would keep this process alive.
      if (process.connected) process.disconnect();
      resolve();
    };
    process.once('SIGTERM', stop);
    // On Windows: the window is closed, or Ctrl-Break.
    process.once('SIGHUP', stop);
    process.once('SIGBREAK', stop);
    process.on('SIGINT', isChild ? () => undefined : stop);
    if (isChild) process.once('disconnect', stop);
  });
}
