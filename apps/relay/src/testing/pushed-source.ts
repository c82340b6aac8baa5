import type { SourceRecord } from '@okboxbox/protocol';
import type { Source } from '@okboxbox/sims';

/** A live sim in the hands of a test: gives each record when it is pushed. */
export class PushedSource implements Source {
  readonly info = { kind: 'iracing', spec: 'iracing', sim: 'test', playback: false, rateHz: 10 } as const;
  #waiting: SourceRecord[] = [];
  #wake: () => void = () => undefined;
  #hasEnded = false;

  push(...records: readonly SourceRecord[]): void {
    this.#waiting.push(...records);
    this.#wake();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  async *read({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<SourceRecord> {
    signal?.addEventListener('abort', () => this.#wake(), { once: true });
    for (;;) {
      for (const record of this.#waiting.splice(0)) yield record;
      if (signal?.aborted || (this.#hasEnded && this.#waiting.length === 0)) return;
      if (this.#waiting.length > 0) continue;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
