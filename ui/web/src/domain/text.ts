/** Longest name any element of the page shows; a 10 kB name must not push everything else away. */
export const NAME_CHARACTERS = 160;

/**
 * A name as it may be drawn: control characters, broken halves of characters and the marks that turn the writing direction of what follows are
 * replaced, since a name comes from whoever may create a pod.
 */
export function plain(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '·');
}

/** Shortens in the middle, since both the start and the end of a name tell it from its siblings. */
export function ellipsis(name: string, length: number): string {
  const characters = [...plain(name.slice(0, 4 * NAME_CHARACTERS))];
  if (characters.length <= length && name.length <= 4 * NAME_CHARACTERS) return characters.join('');
  const tail = [...plain(name.slice(-length))];
  const end = Math.floor((length - 1) / 2);
  return `${characters.slice(0, length - 1 - end).join('')}…${tail.slice(tail.length - end).join('')}`;
}

export function shortName(name: string): string {
  return ellipsis(name, NAME_CHARACTERS);
}

/** The longest middle-shortened form that fits; the full name is in the tooltip, the table and the panel. */
export function fitted(name: string, fits: (text: string) => boolean): string {
  const whole = shortName(name);
  if (fits(whole)) return whole;
  let [low, high] = [1, NAME_CHARACTERS];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(ellipsis(name, middle))) low = middle;
    else high = middle - 1;
  }
  return ellipsis(name, low);
}
