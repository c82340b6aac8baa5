import type { GalleryStates } from './gallery.js';
import { Table } from './table.js';

export const STATES: GalleryStates = {
  figures: () => (
    <Table heads={['Statement', { number: 'p50' }, { number: 'p95' }, 'From']}>
      <tr>
        <th scope="row">insert laps</th>
        <td className="number">1.2 ms</td>
        <td className="number" data-tone="warn">
          812 ms <small>oldest 4 s</small>
        </td>
        <td className="cut">a very long place in the code that is cut because the column ends</td>
      </tr>
    </Table>
  ),
};
