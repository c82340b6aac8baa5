/** Loads a logo of a show, as a `data:` address; rejects where it cannot be loaded now. */
export type LoadLogo = (show: string, hash: string) => Promise<string>;

/** By which right logos are loaded. */
export interface LogoCaller {
  readonly token: string | null;
  readonly link: string | null;
  /** Address of the server; the page's own where absent. */
  readonly server?: string;
}

/**
 * Loads logos, each once. The page asks by its token or link, which an image cannot do, and keeps the picture: what is on air does
 * not depend on the server any more.
 */
export function logoLoader({ token, link, server = '/' }: LogoCaller): LoadLogo {
  const loaded = new Map<string, string>();
  return async (show, hash) => {
    const query = token === null && link ? `?${new URLSearchParams({ link })}` : '';
    const url = `${server.replace(/\/$/, '')}/api/shows/${encodeURIComponent(show)}/logo/${hash}${query}`;
    const known = loaded.get(url);
    if (known !== undefined) return known;
    const response = await fetch(url, token === null ? {} : { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`The logo cannot be loaded: the server answered ${response.status}.`);
    const address = await dataAddress(await response.blob());
    loaded.set(url, address);
    return address;
  };
}

/** A file as a `data:` address, which a page may show without asking anybody. */
function dataAddress(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error('The file cannot be read.'));
    reader.readAsDataURL(file);
  });
}
