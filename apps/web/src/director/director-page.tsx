/** placeholder */
export function DirectorPage(_: { id: string }) {
  return null;
}
