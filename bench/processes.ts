import type { ChildProcess } from 'node:child_process';

/** The next message of a bench's other process. @throws where that ends instead */
export function message<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null) => reject(new Error(`a bench process ended early with exit ${code}`));
    child.once('exit', gone);
    child.once('message', (value) => {
      child.off('exit', gone);
      resolve(value as T);
    });
  });
}

/** Sends it a word, and gives what it answers. */
export function ask<T>(child: ChildProcess, what: string): Promise<T> {
  const answer = message<T>(child);
  child.send(what);
  return answer;
}

/** Waits, in ms: what is measured is measured over a time. */
export function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
