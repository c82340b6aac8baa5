/** Longest time that making a long answer holds the event loop, in ms: several may be made at once. */
const SLICE_MS = 3;
/** Text that is handed on together, in characters. */
const CHUNK = 16 * 1024;

/**
 * Turns at the event loop for work that can wait, one in each round of it: however many long answers are made at once,
 * sockets are served after each slice.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];

  /** Resolves when it is the caller's turn. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setImmediate(() => this.#give());
    });
  }

  #give(): void {
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) setImmediate(() => this.#give());
  }
}

/**
 * Texts put together into chunks, made in slices: between two of them the event loop turns. The next chunk is made when
 * the reader asks for it, so that nothing piles up for one that reads slowly. Where the next text is still to come, as in a
 * recording that is followed, what is there is handed on before it.
 */
export async function* inSlices(texts: AsyncIterable<string> | Iterable<string>, turns: Turns): AsyncGenerator<string> {
  const source = Symbol.asyncIterator in texts ? texts[Symbol.asyncIterator]() : texts[Symbol.iterator]();
  let chunk = '';
  try {
    await turns.next();
    let sliceEnd = performance.now() + SLICE_MS;
    for (;;) {
      const next = Promise.resolve(source.next());
      if (chunk !== '' && (await isPending(next))) {
        yield chunk;
        chunk = '';
      }
      const { done, value } = await next;
      if (done) break;
      chunk += value;
      if (chunk.length >= CHUNK || performance.now() >= sliceEnd) {
        yield chunk;
        chunk = '';
      }
      if (performance.now() < sliceEnd) continue;
      await turns.next();
      sliceEnd = performance.now() + SLICE_MS;
    }
    if (chunk !== '') yield chunk;
  } finally {
    await source.return?.();
  }
}

/** Whether something is still to come when the event loop has turned once. */
function isPending(promise: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setImmediate(resolve, true);
    const come = () => {
      clearImmediate(timer);
      resolve(false);
    };
    promise.then(come, come);
  });
}

/** The text of a JSON array, item by item. */
export async function* jsonArray(items: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<string> {
  let before = '[';
  for await (const item of items) {
    yield before + JSON.stringify(item);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}
