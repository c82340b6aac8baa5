import { createRequire } from 'node:module';
import { CameraError } from '../source.js';
import type { SimLink, SimMemory } from './live-source.js';
import { libraryFile } from './private-library.js';
import { SIM_MESSAGE, type SimMessage } from './sim-camera.js';

/** What iRacing calls its memory and the event that it sets after each row. */
const MEMORY_NAME = 'Local\\IRSDKMemMapFileName';
const EVENT_NAME = 'Local\\IRSDKDataValidEvent';
const FILE_MAP_READ = 4;
const SYNCHRONIZE = 0x0010_0000;
/** In place of a window: all of them. The sim takes its messages this way and no other. */
const ALL_WINDOWS = 0xffff;
/** Windows' description of a region of memory, and where its size stands in it. */
const REGION_BYTES = 48;
const REGION_SIZE_AT = 24;

/** Windows' package of koffi: its native part alone, without the install script that the package around it has. */
const KOFFI = '@koromix/koffi-win32-x64';
/** Its name within the single-file program. */
const ASSET = 'koffi.node';

type Native = (...args: readonly unknown[]) => unknown;
type NativeAsync = Native & { async(...args: readonly unknown[]): void };

interface Koffi {
  load(library: string): { func(definition: string): NativeAsync };
  view(pointer: unknown, length: number): ArrayBuffer;
}

/** Why a live sim cannot be read on this machine, in words for its user; `null` where it can. */
export function whyNoLiveSim(): string | null {
  if (process.platform !== 'win32') return 'works only on Windows, on the PC that runs the sim';
  if (process.arch !== 'x64') return `needs the 64-bit Node for x64; this is ${process.arch}`;
  try {
    loadKoffi();
    return null;
  } catch (error) {
    return `is missing its Windows part ${KOFFI} (${(error as Error).message}); install again`;
  }
}

let koffi: Koffi | null = null;

function loadKoffi(): Koffi {
  koffi ??= koffiOfProgram() ?? (createRequire(import.meta.url)(KOFFI) as Koffi);
  return koffi;
}

interface SingleExecutable {
  isSea(): boolean;
  getRawAsset(name: string): ArrayBuffer;
}

/** koffi where this is the single-file program, which carries it: Windows loads it from a file of its own. */
function koffiOfProgram(): Koffi | null {
  const sea = process.getBuiltinModule?.('node:sea') as SingleExecutable | undefined;
  if (!sea?.isSea()) return null;
  const bytes = Buffer.from(sea.getRawAsset(ASSET));
  const loaded = { exports: {} };
  process.dlopen(loaded, libraryFile('koffi', bytes));
  return loaded.exports as Koffi;
}

/** Sends messages to the sim's window; the part of Windows that does is loaded with the first. */
function windowMessages(native: Koffi): (message: SimMessage) => void {
  let send: ((message: SimMessage) => void) | null = null;
  return (message) => {
    if (send === null) {
      const user = native.load('user32.dll');
      const register = user.func('uint32_t __stdcall RegisterWindowMessageA(const char *name)');
      // It waits for no window, so one that hangs holds up nothing.
      const notify = user.func(
        'bool __stdcall SendNotifyMessageA(intptr_t window, uint32_t message, uintptr_t wParam, intptr_t lParam)',
      );
      const number = register(SIM_MESSAGE);
      send = ({ wParam, lParam }) => {
        const isTaken = notify(ALL_WINDOWS, number, wParam, lParam);
        if (isTaken !== true) throw new CameraError('Windows did not pass the message on to the sim.');
      };
    }
    send(message);
  };
}

/**
 * Opens the memory of an iRacing on this PC, to read and nothing else, and a way to send it messages.
 * @throws Error where `whyNoLiveSim` says why.
 */
export function windowsSim(): SimLink {
  const native = loadKoffi();
  const kernel = native.load('kernel32.dll');
  const openMapping = kernel.func('void *__stdcall OpenFileMappingA(uint32_t access, bool inherit, const char *name)');
  const mapView = kernel.func(
    'void *__stdcall MapViewOfFile(void *mapping, uint32_t access, uint32_t high, uint32_t low, size_t bytes)',
  );
  const unmapView = kernel.func('bool __stdcall UnmapViewOfFile(void *view)');
  const query = kernel.func('size_t __stdcall VirtualQuery(void *address, _Out_ uint8_t *region, size_t length)');
  const openEvent = kernel.func('void *__stdcall OpenEventA(uint32_t access, bool inherit, const char *name)');
  const waitFor = kernel.func('uint32_t __stdcall WaitForSingleObject(void *handle, uint32_t ms)');
  const close = kernel.func('bool __stdcall CloseHandle(void *handle)');

  function open(): SimMemory | null {
    const mapping = openMapping(FILE_MAP_READ, false, MEMORY_NAME);
    if (mapping === null) return null;
    const view = mapView(mapping, FILE_MAP_READ, 0, 0, 0);
    const event = openEvent(SYNCHRONIZE, false, EVENT_NAME);
    const release = () => {
      if (event !== null) close(event);
      if (view !== null) unmapView(view);
      close(mapping);
    };
    const region = Buffer.alloc(REGION_BYTES);
    if (view === null || event === null || query(view, region, REGION_BYTES) === 0) {
      release();
      return null;
    }
    return {
      bytes: new Uint8Array(native.view(view, Number(region.readBigUInt64LE(REGION_SIZE_AT)))),
      // On a thread of its own: neither the sim nor our event loop waits for the other.
      nextRow: (ms) => new Promise((resolve) => waitFor.async(event, ms, () => resolve())),
      close: release,
    };
  }
  return { open, send: windowMessages(native) };
}
