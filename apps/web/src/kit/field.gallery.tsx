import { Input, Select } from './field.js';
import type { GalleryStates } from './gallery.js';

const OPTIONS = (
  <>
    <option>all</option>
    <option>overlay</option>
  </>
);

export const STATES: GalleryStates = {
  empty: () => <Input aria-label="Name" placeholder="Name" />,
  filled: () => <Input aria-label="Name" defaultValue="Intro" />,
  'not valid': () => <Input aria-label="Delay" aria-invalid="true" defaultValue="121" />,
  disabled: () => <Input aria-label="Title" disabled placeholder="Title" />,
  choice: () => <Select aria-label="Role">{OPTIONS}</Select>,
  'choice, disabled': () => (
    <Select aria-label="Role" disabled>
      {OPTIONS}
    </Select>
  ),
};
