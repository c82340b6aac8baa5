import './dialog.css';
import type { ComponentProps } from 'react';

/** The box of a dialog: `showModal()` on its ref opens it. Name it with `aria-label` or `aria-labelledby`. */
export function Dialog({ className, ...props }: ComponentProps<'dialog'>) {
  return <dialog className={className === undefined ? 'dialog' : `dialog ${className}`} {...props} />;
}
