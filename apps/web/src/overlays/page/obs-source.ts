/** What OBS tells a page about the source that shows it; outside OBS nothing is known. */
interface ObsWindow extends Window {
  readonly obsstudio?: unknown;
}

/** Whether the source can be seen in OBS, and whether it is on the programme. */
export class ObsSource {
  #visible: boolean | undefined;
  #active: boolean | undefined;

  constructor(page: ObsWindow, onChange: () => void) {
    if (page.obsstudio === undefined) return;
    // OBS tells of changes only; a source that was loaded in the open scene is seen until it says otherwise.
    this.#visible = true;
    page.addEventListener('obsSourceVisibleChanged', (event) => {
      this.#visible = (event as CustomEvent<{ visible: boolean }>).detail.visible;
      onChange();
    });
    page.addEventListener('obsSourceActiveChanged', (event) => {
      this.#active = (event as CustomEvent<{ active: boolean }>).detail.active;
      onChange();
    });
  }

  /** `undefined` outside OBS. */
  get visible(): boolean | undefined {
    return this.#visible;
  }

  get active(): boolean | undefined {
    return this.#active;
  }
}
