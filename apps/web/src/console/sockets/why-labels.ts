import type { WhyStep } from '@okboxbox/protocol';
import { duration, type Figure, whole } from '../../kit/figures.js';

/** What a figure of a step is called, as it is read: `queueAgeP95` is "queue age p95". */
export function whyName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** A figure of a step; times in the unit that they are read in, and no unit where nothing is known. */
export function whyFigure({ value, unit }: Pick<WhyStep['figures'][number], 'value' | 'unit'>): Figure {
  if (typeof value === 'string') return { number: value, unit };
  if (value === null || unit === 'ms') return duration(value);
  return { number: Number.isInteger(value) ? whole(value) : value.toFixed(1), unit };
}
