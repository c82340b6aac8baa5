import './pack-drop.css';
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from '../../kit/button.js';
import { useOpenPack } from './use-open-pack.js';

/** Takes a support pack that is dropped anywhere on the console, and opens it there. */
export function PackDrop({ children }: { children: ReactNode }) {
  const { problem, openFile } = useOpenPack();
  const [isOver, setOver] = useState(false);
  const [isHidden, setHidden] = useState(false);
  useEffect(() => setHidden(problem === null), [problem]);
  return (
    <section
      className="pack-drop"
      aria-label="Console"
      data-over={isOver || undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        const file = event.dataTransfer.files[0];
        setOver(false);
        if (file === undefined) return;
        event.preventDefault();
        setHidden(false);
        void openFile(file);
      }}
    >
      {isOver && <p className="pack-drop-here">Drop a support pack to open it here</p>}
      {problem !== null && !isHidden && (
        <p role="alert" className="pack-problem">
          {problem} <Button onClick={() => setHidden(true)}>Close</Button>
        </p>
      )}
      {children}
    </section>
  );
}
