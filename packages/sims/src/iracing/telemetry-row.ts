import { type TelemetryVariable, valueAt } from './telemetry-header.js';

/** The sim's variables at one instant, by name. */
export interface TelemetryRow {
  /** A variable's value, the first where it has several; `undefined` where there is no such variable. */
  value(name: string): number | undefined;
  /** All values of a variable; empty where there is none. */
  values(name: string): readonly number[];
}

/** A row as the sim lays it out in memory and in its files. It is a view: it changes with the bytes below it. */
export class PackedRow implements TelemetryRow {
  readonly #view: DataView;
  readonly #variables: ReadonlyMap<string, TelemetryVariable>;

  constructor(view: DataView, variables: ReadonlyMap<string, TelemetryVariable>) {
    this.#view = view;
    this.#variables = variables;
  }

  value(name: string): number | undefined {
    const variable = this.#variables.get(name);
    return variable && valueAt(this.#view, variable, 0);
  }

  values(name: string): readonly number[] {
    const variable = this.#variables.get(name);
    if (variable === undefined) return [];
    return Array.from({ length: variable.count }, (_, i) => valueAt(this.#view, variable, i));
  }
}
