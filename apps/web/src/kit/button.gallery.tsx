import { Button } from './button.js';
import type { GalleryStates } from './gallery.js';
import { KeyHint } from './key-hint.js';

export const STATES: GalleryStates = {
  plain: () => <Button>Save as scene</Button>,
  primary: () => <Button kind="primary">Sign in</Button>,
  small: () => <Button size="small">Copy</Button>,
  disabled: () => <Button disabled>Set</Button>,
  'primary, disabled': () => (
    <Button kind="primary" disabled>
      Put on air
    </Button>
  ),
  pressed: () => <Button aria-pressed="true">10 s</Button>,
  'with a key': () => (
    <Button>
      Pause <KeyHint>p</KeyHint>
    </Button>
  ),
  'a row': () => (
    <fieldset className="button-row">
      <legend>Steps</legend>
      <Button>−1</Button>
      <Button>+1</Button>
    </fieldset>
  ),
  link: () => (
    <a className="button" href="#button">
      Its events
    </a>
  ),
};
