import './figure-text.css';
import type { Figure } from './figures.js';

/** A figure with its unit, small. */
export function FigureText({ figure }: { figure: Figure }) {
  return (
    <span className="figure-text">
      {figure.number}
      {figure.unit !== '' && <small> {figure.unit}</small>}
    </span>
  );
}
