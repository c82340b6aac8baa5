import type { ReactNode } from 'react';

/** States of a component for the gallery page, by name. A file `<component>.gallery.tsx` beside it exports them as `STATES`. */
export type GalleryStates = Readonly<Record<string, () => ReactNode>>;
