import type { Finding } from '@okboxbox/protocol';
import type { Drill } from './drill.js';
import { wait } from './running.js';
import type { ServerUnderTest } from './server-under-test.js';

const ASK_MS = 300;

/** Prints what a server finds and what clears, as it comes, while a drill runs. */
export class FindingsTail {
  readonly #server: ServerUnderTest;
  readonly #say: (line: string) => void;
  readonly #began = performance.now();
  readonly #running: Promise<void>;
  #isOver = false;
  /** How long after its beginning the drill's own finding came; `null` until then. */
  foundAfterMs: number | null = null;
  #tellFound: () => void = () => undefined;
  /** Resolves when the drill's own finding has come. */
  readonly found = new Promise<void>((resolve) => {
    this.#tellFound = resolve;
  });

  constructor(server: ServerUnderTest, drill: Pick<Drill, 'code' | 'cause'>, say: (line: string) => void) {
    this.#server = server;
    this.#say = say;
    this.#running = this.#run(drill);
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run({ code, cause }: Pick<Drill, 'code' | 'cause'>): Promise<void> {
    let before = new Map<string, Finding>();
    while (!this.#isOver) {
      // A server that is started again for the fix does not answer for a while.
      const answer = await this.#server.findings().catch(() => null);
      if (answer !== null) {
        const now = new Map(answer.findings.map((finding) => [keyOf(finding), finding]));
        for (const [key, finding] of now) if (!before.has(key)) this.#tell('+', finding);
        for (const [key, finding] of before) if (!now.has(key)) this.#tell('-', finding);
        before = now;
        if (this.foundAfterMs === null && answer.findings.some((each) => each.code === code && each.cause === cause)) {
          this.foundAfterMs = performance.now() - this.#began;
          this.#tellFound();
        }
      }
      await wait(ASK_MS);
    }
  }

  #tell(sign: '+' | '-', { code, cause, severity, summary, because, nextStep }: Finding): void {
    const at = `${((performance.now() - this.#began) / 1_000).toFixed(1).padStart(5)} s`;
    if (sign === '-') {
      this.#say(`${at} - ${code}/${cause} has cleared`);
      return;
    }
    this.#say(`${at} + ${code}/${cause} (${severity}): ${summary}`);
    this.#say(`          because: ${because}`);
    const command = nextStep.command === undefined ? '' : `  ${nextStep.command}`;
    this.#say(`          next:    ${nextStep.text}${command}`);
  }
}

function keyOf({ code, cause, scope }: Finding): string {
  return [code, cause, scope.sessionId, scope.show, scope.relayId].join(' ');
}
