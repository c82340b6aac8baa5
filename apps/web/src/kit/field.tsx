import './field.css';
import type { ComponentProps } from 'react';

/** A field to type into. */
export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input className={fieldClass(className)} {...props} />;
}

/** A choice among a few. */
export function Select({ className, ...props }: ComponentProps<'select'>) {
  return <select className={fieldClass(className)} {...props} />;
}

function fieldClass(className: string | undefined): string {
  return className === undefined ? 'field' : `field ${className}`;
}
