import { expect, it } from 'vitest';
import { startedAs } from './started-as.js';
import { version } from './version.js';

const PROGRAM = 'node_modules/okboxbox/node_modules/@okboxbox/cli/dist/main.js';
const there = () => true;
const none = () => false;

it('is called through npx in a clone, and where a project has installed it', () => {
  expect(startedAs('/home/anna/box/apps/cli/dist/main.js', none)).toBe('npx --no-install okboxbox');
  expect(startedAs(`/home/anna/league/${PROGRAM}`, there)).toBe('npx --no-install okboxbox');
});

it('is called with its package where npx runs that package', () => {
  const typed = `npx --package ./okboxbox-${version}.tgz okboxbox`;
  expect(startedAs(`/home/anna/.npm/_npx/5ff1/${PROGRAM}`, there)).toBe(typed);
  const onWindows = `C:\\Users\\Anna\\npm-cache\\_npx\\5ff1\\${PROGRAM.replaceAll('/', '\\')}`;
  expect(startedAs(onWindows, there)).toBe(typed);
});

it('is called by its name where the whole machine has it', () => {
  expect(startedAs(`/usr/lib/${PROGRAM}`, none)).toBe('okboxbox');
});
