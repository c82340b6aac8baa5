/** What OBS offers to a page in a browser source, as far as it is used here; what the page may do of it, OBS decides. */
export interface ObsStudio {
  getControlLevel?(answer: (level: number) => void): void;
  getScenes?(answer: (names: readonly string[]) => void): void;
  setCurrentScene?(name: string): void;
  saveReplayBuffer?(): void;
}

/** What OBS is to do when a scene of the desk airs. */
export interface ObsWishes {
  /** Scenes in OBS, by the names of the desk's scenes. */
  readonly scenes: ReadonlyMap<string, string>;
  /** Scenes of the desk that save the replay buffer. */
  readonly replays: ReadonlySet<string>;
}

/** Levels of access that a page has in OBS: "Page permissions" of the browser source (obs-browser, `ControlLevel`). */
const SAVES_REPLAYS = 3;
const CHANGES_SCENES = 4;
/** So much of a scene's name is told, in characters: what a page tells the desk is short. */
const MOST_OF_NAME = 80;

/** Reads `obs-scene=DESK SCENE:OBS SCENE` and `obs-replay=DESK SCENE`, each as often as it is given. */
export function obsWishes(search: string): ObsWishes {
  const query = new URLSearchParams(search);
  const pairs = query.getAll('obs-scene').flatMap((given) => {
    const [, desk, obs] = /^([^:]+):(.+)$/.exec(given) ?? [];
    return desk !== undefined && obs !== undefined ? [[desk.trim(), obs.trim()] as const] : [];
  });
  return { scenes: new Map(pairs), replays: new Set(query.getAll('obs-replay').map((name) => name.trim())) };
}

/**
 * Has OBS do what an overlay's address asks for when a scene of the desk airs. The scene that is on air when the page begins,
 * or comes back, changes nothing: only what airs after that does.
 */
export class ObsControl {
  readonly #obs: ObsStudio;
  readonly #wishes: ObsWishes;
  readonly #onError: (message: string) => void;
  /** The scene that is on air; `undefined` before there was a picture. */
  #scene: string | null | undefined;

  /** `onError` hears, for the desk, what OBS does not let the page do, or does not have. */
  constructor(obs: ObsStudio, wishes: ObsWishes, onError: (message: string) => void) {
    this.#obs = obs;
    this.#wishes = wishes;
    this.#onError = onError;
    this.#checkAccess();
    this.#checkScenes([...wishes.scenes.values()]);
  }

  /** Takes the desk's scene that is on air, at each picture; `null` where a cue was made by hand. */
  aired(scene: string | null): void {
    const before = this.#scene;
    this.#scene = scene;
    if (before === undefined || scene === null || scene === before) return;
    const inObs = this.#wishes.scenes.get(scene);
    if (inObs !== undefined) {
      this.#obs.setCurrentScene?.(inObs);
      this.#checkScenes([inObs]);
    }
    if (this.#wishes.replays.has(scene)) this.#obs.saveReplayBuffer?.();
  }

  /** OBS itself ignores a scene that it does not have. */
  #checkScenes(wanted: readonly string[]): void {
    if (wanted.length === 0) return;
    this.#obs.getScenes?.((names) => {
      const missing = wanted.find((name) => !names.includes(name));
      if (missing === undefined) return;
      const name = missing.slice(0, MOST_OF_NAME);
      this.#onError(
        `OBS has no scene "${name}". Create it, or correct obs-scene in the address; then reload the browser source.`,
      );
    });
  }

  #checkAccess(): void {
    const { scenes, replays } = this.#wishes;
    const needed = scenes.size > 0 ? CHANGES_SCENES : replays.size > 0 ? SAVES_REPLAYS : 0;
    if (needed === 0) return;
    this.#obs.getControlLevel?.((level) => {
      if (level >= needed) return;
      const wanted = needed === CHANGES_SCENES ? 'Advanced access to OBS' : 'Basic access to OBS';
      this.#onError(
        `OBS does not let this page do what its address asks for. Set its page permissions to "${wanted}".`,
      );
    });
  }
}
