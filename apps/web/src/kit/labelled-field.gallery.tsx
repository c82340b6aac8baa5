import { useState } from 'react';
import type { GalleryStates } from './gallery.js';
import { LabelledSelect, SearchField } from './labelled-field.js';

function Search({ from }: { from: string }) {
  const [value, setValue] = useState(from);
  return <SearchField label="Search" value={value} onChange={setValue} />;
}

export const STATES: GalleryStates = {
  choice: () => (
    <LabelledSelect label="Room" value="live" onChange={() => undefined}>
      <option value="live">cup: live</option>
      <option value="broadcast">cup: broadcast</option>
    </LabelledSelect>
  ),
  search: () => <Search from="" />,
  'search, filled': () => <Search from="slow overlay" />,
};
