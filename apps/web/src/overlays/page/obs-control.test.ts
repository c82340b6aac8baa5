import { describe, expect, it } from 'vitest';
import { ObsControl, type ObsStudio, obsWishes } from './obs-control.js';

const SEARCH =
  '?show=cup&obs-scene=Battle:Track+cam&obs-scene=Finish:Podium: wide&obs-scene=broken&obs-replay=Incident';

/** OBS with a level of access, and what it was made to do. */
function obsWith(level: number, scenes: readonly string[] = ['Track cam', 'Podium: wide']) {
  const done: string[] = [];
  const obs: ObsStudio = {
    getControlLevel: (answer) => answer(level),
    getScenes: (answer) => answer(scenes),
    setCurrentScene: (name) => done.push(`scene ${name}`),
    saveReplayBuffer: () => done.push('replay'),
  };
  return { obs, done };
}

it('an address names scenes of OBS for scenes of the desk, and those that save a replay', () => {
  const { scenes, replays } = obsWishes(SEARCH);
  expect([...scenes]).toEqual([
    ['Battle', 'Track cam'],
    ['Finish', 'Podium: wide'],
  ]);
  expect([...replays]).toEqual(['Incident']);
});

describe('OBS', () => {
  it('does what is asked for once a scene airs, and once only', () => {
    const { obs, done } = obsWith(4);
    const control = new ObsControl(obs, obsWishes(SEARCH), () => expect.fail('OBS allows it'));
    for (const scene of ['Intro', 'Battle', 'Battle', null, 'Incident', 'Nothing asked for', 'Finish']) {
      control.aired(scene);
    }
    expect(done).toEqual(['scene Track cam', 'replay', 'scene Podium: wide']);
  });

  it('is left alone by a scene that was on air before the page was there', () => {
    const { obs, done } = obsWith(4);
    const control = new ObsControl(obs, obsWishes(SEARCH), () => undefined);
    control.aired('Battle');
    control.aired('Battle');
    expect(done).toEqual([]);
  });

  it.each([
    [SEARCH, 3, 'Advanced'],
    ['?obs-replay=Incident', 2, 'Basic'],
  ])('that does not let the page do it is told to the desk: %s at level %i', (search, level, wanted) => {
    const errors: string[] = [];
    new ObsControl(obsWith(level).obs, obsWishes(search), (message) => errors.push(message));
    expect(errors).toEqual([expect.stringContaining(`"${wanted} access to OBS"`)]);
  });

  it('that does not have a scene is told to the desk, at once and when it should air', () => {
    const errors: string[] = [];
    const control = new ObsControl(obsWith(4, ['Track cam']).obs, obsWishes(SEARCH), (message) => errors.push(message));
    expect(errors).toEqual([expect.stringMatching(/^OBS has no scene "Podium: wide"\./)]);
    for (const scene of [null, 'Battle']) control.aired(scene);
    expect(errors).toHaveLength(1);
    control.aired('Finish');
    expect(errors).toHaveLength(2);
  });
});
