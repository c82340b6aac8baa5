/** Hands a file to the person: the browser saves it under that name. */
export function saveFile(name: string, parts: readonly BlobPart[], type = 'application/json'): void {
  const address = URL.createObjectURL(new Blob([...parts], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads it after the click: it is released once it has begun.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
