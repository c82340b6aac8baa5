import { LOGO_TYPES, type LogoUploaded, MAX_LOGO_BYTES } from '@okboxbox/protocol';

/** What came of an upload: the logo, or why the server does not take it. */
export type Upload = { readonly logo: LogoUploaded } | { readonly refused: string };

/** Uploads a logo for a show. Nothing on air changes: a look that is saved puts it there. Never throws. */
export async function uploadLogo(show: string, token: string | null, file: Blob): Promise<Upload> {
  if (file.size > MAX_LOGO_BYTES) {
    return { refused: `The file has ${Math.ceil(file.size / 1024)} KB; it may have ${MAX_LOGO_BYTES / 1024}.` };
  }
  const type = LOGO_TYPES.find((each) => each === file.type);
  if (type === undefined) return { refused: 'The file is not a PNG, JPEG or WebP picture. SVG is not taken.' };
  try {
    const answer = await fetch(`/api/shows/${encodeURIComponent(show)}/logo`, {
      method: 'POST',
      headers: { 'content-type': type, ...(token !== null && { authorization: `Bearer ${token}` }) },
      body: file,
    });
    const body = (await answer.json()) as LogoUploaded & { readonly detail?: string };
    return answer.ok ? { logo: body } : { refused: body.detail ?? `The server answered ${answer.status}.` };
  } catch {
    return { refused: 'The server did not answer. Try again.' };
  }
}
