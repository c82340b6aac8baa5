import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useOpenSource } from '../ops-source.js';

/** A pack is never so large: a file that is, is something else, in bytes. */
const LARGEST = 300_000_000;

let opened = 0;

/** Opens a pack in the console, from its text or from a file; `problem` says why one could not be opened. */
export function useOpenPack(): {
  readonly problem: string | null;
  readonly openText: (text: string) => Promise<void>;
  readonly openFile: (file: File) => Promise<void>;
} {
  const open = useOpenSource();
  const navigate = useNavigate();
  const [problem, setProblem] = useState<string | null>(null);

  const openText = async (text: string) => {
    // Reading packs is loaded where one is opened: the console does without it.
    const [{ readPack }, { packSource }] = await Promise.all([import('./read-pack.js'), import('./pack-source.js')]);
    try {
      const pack = readPack(text);
      opened += 1;
      setProblem(null);
      open(packSource(pack, `pack-${opened}`));
      await navigate({ to: '/admin/ops/$view', params: { view: 'pack' }, search: {} });
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const openFile = async (file: File) => {
    if (file.size > LARGEST) {
      setProblem(`${file.name} is too large to be a support pack.`);
      return;
    }
    let text: string;
    try {
      text = await file.text();
    } catch {
      setProblem(`${file.name} cannot be read. Choose it again.`);
      return;
    }
    await openText(text);
  };
  return { problem, openText, openFile };
}
