import './list-button.css';
import type { ComponentProps } from 'react';

/** A line of a list that is pressed: as wide as the list. */
export function ListButton(props: ComponentProps<'button'>) {
  return <button type="button" className="list-button" {...props} />;
}
