/** Spaces, control characters, and characters that leave no mark on a screen, as zero-width ones. */
const UNSEEN = '\\s\\p{Cc}\\p{Cf}\\p{Cs}\\p{Default_Ignorable_Code_Point}\\u2800';
const UNSEEN_ONLY = new RegExp(`^[${UNSEEN}]*$`, 'u');

/** A text as it is shown, without spaces around it; `null` where it is missing or nothing of it can be seen. */
export function visibleText(text: string | null | undefined): string | null {
  return text == null || UNSEEN_ONLY.test(text) ? null : text.trim();
}

/** What an entry is called by: its number, its team and its driver, each as the sim gives it. */
export interface EntryNames {
  readonly car: number;
  readonly carNumber: string;
  readonly teamName?: string | null | undefined;
  readonly driver?: { readonly name: string } | null | undefined;
}

/** An entry's names as pages show them; `name` is never blank. */
export interface ShownNames {
  readonly name: string;
  readonly teamName: string | null;
  readonly driver: string | null;
  readonly carNumber: string;
}

/**
 * An entry's names as they are shown everywhere. `name` is what comes first: the team in team racing, else the driver;
 * where that is blank the other, then the number, then the car's index with a `#`.
 */
export function shownNames({ car, carNumber, teamName, driver }: EntryNames, teamRacing: boolean): ShownNames {
  const team = visibleText(teamName);
  const person = visibleText(driver?.name);
  const name = (teamRacing ? (team ?? person) : (person ?? team)) ?? visibleText(carNumber) ?? `#${car}`;
  return { name, teamName: team, driver: person, carNumber };
}
