import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import { type MovingCars, movingCarsRow, movingCarsText } from '../packages/sims/src/iracing/testing/moving-cars.js';
import { SimStandIn } from '../packages/sims/src/iracing/testing/sim-stand-in.js';
import { openSimWindow, type WindowKoffi } from './sim-window.js';

/**
 * A stand-in for the sim, as a Windows process: shares memory of a real image's layout under the sim's own names, and
 * writes rows of moving cars into it 60 times a second. It does what stands in a file, read again and again:
 * `sim.cjs KOFFI IMAGE ORDERS`. Its window hears requests to the camera, which it says and does.
 */
interface Orders extends MovingCars {
  readonly isConnected: boolean;
  readonly clockStands: boolean;
}

interface Koffi extends WindowKoffi {
  view(pointer: unknown, length: number): ArrayBuffer;
}

const TICK_MS = 1000 / 60;
const PAGE_READWRITE = 4;
const FILE_MAP_WRITE = 2;
const NO_FILE = -1;

const [koffiPath = '', imagePath = '', ordersPath = ''] = process.argv.slice(2);
const koffi = createRequire(import.meta.url)(koffiPath) as Koffi;
const kernel = koffi.load('kernel32.dll');
const createMapping = kernel.func(
  'void *__stdcall CreateFileMappingA(intptr_t file, void *attributes, uint32_t protect, uint32_t high, uint32_t low, const char *name)',
);
const mapView = kernel.func(
  'void *__stdcall MapViewOfFile(void *mapping, uint32_t access, uint32_t high, uint32_t low, size_t bytes)',
);
const createEvent = kernel.func(
  'void *__stdcall CreateEventA(void *attributes, bool manual, bool initial, const char *name)',
);
const setEvent = kernel.func('bool __stdcall SetEvent(void *event)');

const image = new Uint8Array(gunzipSync(readFileSync(imagePath)));
const mapping = createMapping(NO_FILE, null, PAGE_READWRITE, 0, image.length, 'Local\\IRSDKMemMapFileName');
const view = mapView(mapping, FILE_MAP_WRITE, 0, 0, 0);
if (view === null) throw new Error('The memory could not be mapped.');
const event = createEvent(null, false, false, 'Local\\IRSDKDataValidEvent');
const sim = new SimStandIn(image, new Uint8Array(koffi.view(view, image.length)));

/** What the camera shows, as rows have it. */
let camera = { CamCarIdx: 0, CamGroupNumber: 9 };
const window = openSimWindow(koffi, (asked) => {
  console.log(`sim: asked ${JSON.stringify(asked)}`);
  // Cars have the numbers from 10 on.
  camera = { CamCarIdx: asked.carNumber - 10, CamGroupNumber: asked.group };
});

let orders = readOrders();
let said = '';
let sessionBegan = performance.now();
let stoodFor = 0;
let ticks = 0;
obey();

function readOrders(): Orders {
  return JSON.parse(readFileSync(ordersPath, 'utf8')) as Orders;
}

/** Does what is ordered, where it is something new. */
function obey(): void {
  const now = JSON.stringify(orders);
  if (now === said) return;
  const before = said === '' ? null : (JSON.parse(said) as Orders);
  said = now;
  sim.isConnected = orders.isConnected;
  if (before?.sessionNum !== orders.sessionNum) {
    sessionBegan = performance.now();
    stoodFor = 0;
  }
  sim.setText(movingCarsText(orders));
  console.log(`sim: ${now}`);
}

function tick(): void {
  ticks += 1;
  if (ticks % 15 === 0) {
    try {
      orders = readOrders();
      obey();
    } catch {
      // It is being written.
    }
  }
  if (orders.clockStands) stoodFor += TICK_MS;
  const sessionTime = Math.max(0, performance.now() - sessionBegan - stoodFor) / 1000;
  window.pump();
  const row = movingCarsRow(orders, orders.clockStands ? 1_000 : sessionTime, sim.count('CarIdxLapDistPct'));
  sim.write({ ...row, ...camera });
  setEvent(event);
}

let due = performance.now();
function run(): void {
  while (performance.now() >= due) {
    due += TICK_MS;
    tick();
  }
  setTimeout(run, 1);
}
run();
