import { useParams } from '@tanstack/react-router';
import { DirectorPage } from './director-page.js';

/** The desk at the address that is open. */
export function DirectorRoute() {
  const { id } = useParams({ from: '/sessions/$id/director' });
  return <DirectorPage key={id} id={id} />;
}
