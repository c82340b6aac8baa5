import './button.css';
import type { ComponentProps } from 'react';

/** A button: `primary` is the one thing that a place is for, `small` one that stands in a row of a list. */
export function Button({
  kind = 'plain',
  size = 'normal',
  className,
  type = 'button',
  ...props
}: ComponentProps<'button'> & { kind?: 'plain' | 'primary'; size?: 'normal' | 'small' }) {
  const classes = ['button', kind === 'primary' && 'primary', size === 'small' && 'small', className];
  return <button type={type} className={classes.filter(Boolean).join(' ')} {...props} />;
}
