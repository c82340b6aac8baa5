import type { Source } from './source.js';

/** Where and how a source is opened. */
export interface Opening {
  /** The SPEC as given, for messages and `SourceInfo`. */
  readonly spec: string;
  /** The folder that a relative file path starts from. */
  readonly cwd: string;
  /** Frames a second asked for, above 0; a live sim and a simulated one ask again and again. */
  readonly hz: () => number;
}

/**
 * One kind of source: everything that the rest of the program knows of it. Help texts, errors and `docs/sources.md` are made
 * from the definitions.
 */
export interface SourceDefinition<Options> {
  /** The first word of its SPEC. */
  readonly kind: string;
  /** How its SPEC is written, such as `lapchart:FILE`. */
  readonly spec: string;
  /** One line for lists. */
  readonly description: string;
  /** SPECs that can be typed as they are. */
  readonly examples: readonly string[];
  /** Why it cannot be opened on this machine, as the end of a sentence; `null` where it can. Absent: everywhere. */
  readonly availability?: () => string | null;
  /**
   * Reads what follows `kind:` in a SPEC, without looking at files; `rest` is trimmed and may be empty.
   * @throws SpecError where it makes no sense.
   */
  readonly parse: (rest: string, spec: string) => Options;
  /**
   * Opens it, and looks far enough into it to know that it is what it is said to be.
   * @throws SourceError with one line that names the value and the way out.
   */
  readonly open: (options: Options, opening: Opening) => Promise<Source>;
}

/** A SPEC taken apart, ready to be opened. */
export interface ParsedSpec {
  readonly kind: string;
  /** What the definition read from the SPEC. */
  readonly options: unknown;
  /** Why it cannot be opened on this machine; `null` where it can. */
  readonly availability: () => string | null;
  /** @throws SourceError as the definition's `open` does. */
  readonly open: (opening: Omit<Opening, 'spec'>) => Promise<Source>;
}

/** A definition as the list holds it: the type of its options is known to itself alone. */
export interface SourceKind extends Pick<SourceDefinition<unknown>, 'kind' | 'spec' | 'description' | 'examples'> {
  /** Why it cannot be opened on this machine; `null` where it can. */
  readonly availability: () => string | null;
  /** @throws SpecError where the SPEC makes no sense. */
  readonly parse: (rest: string, spec: string) => ParsedSpec;
}

/** Makes a kind of source of its definition. */
export function defineSource<Options>(definition: SourceDefinition<Options>): SourceKind {
  const { kind, spec, description, examples, availability = () => null, parse, open } = definition;
  return {
    kind,
    spec,
    description,
    examples,
    availability,
    parse: (rest, given) => {
      const options = parse(rest, given);
      return { kind, options, availability, open: (opening) => open(options, { ...opening, spec: given }) };
    },
  };
}
