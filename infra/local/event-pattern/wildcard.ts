/** A text that matches itself at one place: the pieces between the asterisks of a wildcard. */
type Pieces = readonly string[];

/**
 * Cuts a wildcard at its unescaped asterisks. `\*` is an asterisk and `\\` a backslash.
 *
 * Source: EventBridge User Guide, "Wildcard matching"; event-ruler README, "Wildcard matching".
 *
 * @returns the literal pieces, one more than there are asterisks, or what is wrong with the wildcard.
 * @example
 * ```ts
 * wildcardPieces('dir/*\\*.png'); // { pieces: ['dir/', '*.png'] }
 * ```
 */
export function wildcardPieces(wildcard: string): { pieces: Pieces } | { problem: string } {
  const pieces: string[] = [];
  let piece = '';
  for (let i = 0; i < wildcard.length; i++) {
    const char = wildcard[i]!;
    if (char === '\\') {
      const next = wildcard[++i];
      if (next !== '*' && next !== '\\') {
        return { problem: 'a backslash in a wildcard may only escape an asterisk or a backslash' };
      }
      piece += next;
    } else if (char === '*') {
      if (wildcard[i + 1] === '*') return { problem: 'consecutive asterisks are not allowed in a wildcard' };
      pieces.push(piece);
      piece = '';
    } else piece += char;
  }
  pieces.push(piece);
  return { pieces };
}

/**
 * Whether a text is made of the pieces, in order, with anything between them. Taking each piece at its first
 * place is enough, so the time is linear in the text for each piece and no pattern can make it explode.
 */
export function matchesPieces(pieces: Pieces, text: string): boolean {
  const first = pieces[0]!;
  if (pieces.length === 1) return text === first;
  const last = pieces[pieces.length - 1]!;
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (let i = 1; i < pieces.length - 1; i++) {
    const piece = pieces[i]!;
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
