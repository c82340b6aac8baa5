/** What of koffi a window needs. */
export interface WindowKoffi {
  load(library: string): { func(definition: string): (...args: readonly unknown[]) => unknown };
  proto(definition: string): unknown;
  pointer(type: unknown): unknown;
  register(callback: (...args: readonly never[]) => unknown, type: unknown): unknown;
}

/** A request to the camera, as the sim reads the two numbers of its window message. */
export interface AskedCamera {
  readonly message: number;
  readonly carNumber: number;
  readonly group: number;
  readonly camera: number;
}

const POPUP = 0x8000_0000;
/** Where a window has its procedure. */
const PROCEDURE = -4;
/** Windows' description of a message, and the flag that takes it off the queue. */
const MESSAGE_BYTES = 48;
const REMOVE = 1;

/**
 * Opens a window that hears the sim's message, as the sim's own does: never shown, and at the top, since messages to all windows
 * come only there. `pump` lets Windows deliver what has come since.
 */
export function openSimWindow(
  koffi: WindowKoffi,
  onAsked: (asked: AskedCamera) => void,
): { readonly pump: () => void } {
  const user = koffi.load('user32.dll');
  const registerMessage = user.func('uint32_t __stdcall RegisterWindowMessageA(const char *name)');
  const createWindow = user.func(
    'void *__stdcall CreateWindowExA(uint32_t more, const char *kind, const char *title, uint32_t style, int x, int y, int width, int height, void *parent, void *menu, void *module, void *data)',
  );
  const setProcedure = user.func('intptr_t __stdcall SetWindowLongPtrA(void *window, int what, void *procedure)');
  const usual = user.func(
    'intptr_t __stdcall DefWindowProcA(void *window, uint32_t message, uintptr_t wParam, intptr_t lParam)',
  );
  const peek = user.func(
    'bool __stdcall PeekMessageA(void *message, void *window, uint32_t from, uint32_t to, uint32_t remove)',
  );
  const dispatch = user.func('intptr_t __stdcall DispatchMessageA(void *message)');

  const wanted = registerMessage('IRSDK_BROADCASTMSG');
  const type = koffi.proto(
    'intptr_t __stdcall Procedure(void *window, uint32_t message, uintptr_t wParam, intptr_t lParam)',
  );
  const procedure = koffi.register((window: unknown, message: number, wParam: number, lParam: number) => {
    if (message !== wanted) return usual(window, message, wParam, lParam);
    onAsked({
      message: wParam & 0xffff,
      carNumber: wParam >>> 16,
      group: lParam & 0xffff,
      camera: lParam >>> 16,
    });
    return 0;
  }, koffi.pointer(type));
  const window = createWindow(0, 'Static', 'Stand-in', POPUP, 0, 0, 1, 1, null, null, null, null);
  if (window === null) throw new Error('The window could not be made. Is there a screen?');
  setProcedure(window, PROCEDURE, procedure);
  const message = Buffer.alloc(MESSAGE_BYTES);
  return {
    pump: () => {
      while (peek(message, null, 0, 0, REMOVE)) dispatch(message);
    },
  };
}
