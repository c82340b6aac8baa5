import {
  cueSet,
  delaySet,
  directorJoin,
  linkCreate,
  linkRevoke,
  lookSet,
  matchSet,
  momentsGet,
  ofPlace,
  publishSet,
  showAuto,
  showCamera,
  showFinish,
  showFollow,
  showScene,
  showUndo,
} from '@okboxbox/protocol';
import { declareSocketCalls } from '../sockets/calls.js';

/** The right of every call of a director, for the show. */
export const DIRECTOR_RIGHT = 'racebox:director:control';

/** What a director calls, in the namespace `/`. */
export const DIRECTOR_CALLS = declareSocketCalls({
  join: {
    event: 'director:join',
    about: "Opens a show's desk: the whole state now, and `desk` messages with each change.",
    right: DIRECTOR_RIGHT,
    input: directorJoin,
    answer: 'DeskJoined',
  },
  delay: {
    event: 'broadcast:delay:get',
    about: 'The set delay of a show, and what is measured of it.',
    right: DIRECTOR_RIGHT,
    input: ofPlace,
    answer: 'Delay',
  },
  setDelay: {
    event: 'broadcast:delay:set',
    about:
      'Sets the delay of the graphics (`delayMs`), how much later the public picture is (`publicExtraMs`), or both. `glide` ' +
      'gets to a shorter one a little faster than real time, `jump` in one step.',
    right: DIRECTOR_RIGHT,
    input: delaySet,
    answer: 'DelayChange',
  },
  finish: {
    event: 'show:finish',
    about:
      'Finishes the show: with `results`, cues them for `forMs` with the picture and takes all else off; when the public picture has ' +
      'shown them, the show is unpublished or left as it is (`publish`). `cancel: true` ends the plan. So do publishing, ' +
      'unpublishing, undo and another plan.',
    right: DIRECTOR_RIGHT,
    input: showFinish,
    answer: 'ShowFinishing',
  },
  pause: {
    event: 'broadcast:pause',
    about:
      'Pauses both pictures; the effective delays grow. When the graphics are 120 s behind, both resume by themselves.',
    right: DIRECTOR_RIGHT,
    input: ofPlace,
    answer: 'DelayChange',
  },
  resume: {
    event: 'broadcast:resume',
    about: 'Resumes both pictures at the set delays.',
    right: DIRECTOR_RIGHT,
    input: ofPlace,
    answer: 'DelayChange',
  },
  publish: {
    event: 'broadcast:publish',
    about: 'Publishes the show, or takes it off the air.',
    right: DIRECTOR_RIGHT,
    input: publishSet,
    answer: 'Published',
  },
  match: {
    event: 'broadcast:match',
    about:
      'Sets the delay so that a moment airs when it was seen: in OBS (`picture: graphics`, which sets `delayMs`), or on the ' +
      'stream (`picture: public`, which sets `publicExtraMs`).',
    right: DIRECTOR_RIGHT,
    input: matchSet,
    answer: 'DelayMatched',
  },
  moments: {
    event: 'broadcast:moments',
    about: 'Moments that can be seen on the stream, newest first, to match with.',
    right: DIRECTOR_RIGHT,
    input: momentsGet,
    answer: 'Moments',
  },
  follow: {
    event: 'show:follow',
    about: 'Chooses the session that the show follows, or the relay that is its main feed.',
    right: DIRECTOR_RIGHT,
    input: showFollow,
    answer: 'ShowFollowed',
  },
  cue: {
    event: 'broadcast:cue',
    about: 'Puts graphics on air, or takes them off.',
    right: DIRECTOR_RIGHT,
    input: cueSet,
    answer: 'ShowChanged',
  },
  scene: {
    event: 'show:scene',
    about:
      'With `scene`, saves it, in place of `replaces` or of the one with the same name. With `name` alone, cues that scene; ' +
      'with `name` and `delete: true`, deletes it.',
    right: DIRECTOR_RIGHT,
    input: showScene,
    answer: 'ShowChanged',
  },
  look: {
    event: 'show:look',
    about:
      "Sets the show's own look: colours, corners and a logo over one of the themes; `null` takes it away. A look with a text " +
      'that cannot be read is refused.',
    right: DIRECTOR_RIGHT,
    input: lookSet,
    answer: 'ShowChange',
  },
  camera: {
    event: 'show:camera',
    about:
      "Asks the sim's camera on the broadcaster's PC for the next group of cameras on the car that it shows (`next: true`), or " +
      'for a car, by its index (`car`). The relay there must accept it (`RELAY_CAMERA_CONTROL`). The answer names the relay that ' +
      'has asked its sim.',
    right: DIRECTOR_RIGHT,
    input: showCamera,
    answer: 'CameraAsked',
  },
  undo: {
    event: 'show:undo',
    about:
      'Undoes the newest act that can be undone. `id` is the one that the desk shows (`undo.id`); without it, the ' +
      'newest must be your own. Creating and revoking links cannot be undone.',
    right: DIRECTOR_RIGHT,
    input: showUndo,
    answer: 'ShowUndone',
  },
  auto: {
    event: 'show:auto',
    about:
      'With `on: true` the show runs by itself: it cues what is worth showing by its rules. With `on: false`, or any cue of a ' +
      'director, it makes no cue until it is turned on again. `rules` changes the rules; what is left out stays as it is.',
    right: DIRECTOR_RIGHT,
    input: showAuto,
    answer: 'ShowChange',
  },
  createLink: {
    event: 'link:create',
    about: 'Creates a share link.',
    right: DIRECTOR_RIGHT,
    input: linkCreate,
    answer: 'LinkCreated',
  },
  revokeLink: {
    event: 'link:revoke',
    about: 'Revokes a share link, effective within 1 s.',
    right: DIRECTOR_RIGHT,
    input: linkRevoke,
    answer: 'ShowChange',
  },
});
