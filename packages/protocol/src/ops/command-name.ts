const PLAIN = 'okboxbox';
/** The commands that texts tell people to type; `okboxbox server` is in texts as the title of a process. */
const COMMAND = /\bokboxbox (?=(?:up|relay|record|replay|results|token|sign-in|doctor|support-pack|drill)\b)/g;

let name = PLAIN;

/** Sets how people call the `okboxbox` command here, such as `npx --no-install okboxbox` in a clone. */
export function nameCommand(given: string): void {
  name = given;
}

/** How people call the `okboxbox` command here. */
export function commandName(): string {
  return name;
}

/** A text with the commands in it as they can be typed here, or as `called`: texts are written with `okboxbox` alone. */
export function asTyped(text: string, called = name): string {
  return called === PLAIN ? text : text.replace(COMMAND, `${called} `);
}
