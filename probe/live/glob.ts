/**
 * Whether a name matches a pattern of `*` (any text), `?` (one character) and `[abc]`, `[a-z]`, `[!abc]` (one of a set);
 * anything else stands for itself, an unclosed `[` too. Linear backtracking on `*` only, so no pattern is slow.
 */
export function globMatches(pattern: string, name: string): boolean {
  const tokens = tokenize(pattern);
  let token = 0;
  let position = 0;
  let star = -1;
  let starPosition = 0;
  while (position < name.length) {
    const current = tokens[token];
    if (current === '*') {
      star = token++;
      starPosition = position;
    } else if (typeof current === 'function' && current(name[position]!)) {
      token++;
      position++;
    } else if (star >= 0) {
      token = star + 1;
      position = ++starPosition;
    } else {
      return false;
    }
  }
  while (tokens[token] === '*') token++;
  return token === tokens.length;
}

type Token = '*' | ((character: string) => boolean);

function tokenize(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    const end = character === '[' ? pattern.indexOf(']', i + (pattern[i + 1] === '!' ? 3 : 2)) : -1;
    if (character === '*') tokens.push('*');
    else if (character === '?') tokens.push(() => true);
    else if (end > 0) {
      tokens.push(setOf(pattern.slice(i + 1, end)));
      i = end;
    } else tokens.push((other) => other === character);
  }
  return tokens;
}

function setOf(body: string): Token {
  const negated = body.startsWith('!');
  const members = negated ? body.slice(1) : body;
  const inside = (character: string) => {
    for (let i = 0; i < members.length; i++) {
      if (members[i + 1] === '-' && i + 2 < members.length) {
        if (members[i]! <= character && character <= members[i + 2]!) return true;
        i += 2;
      } else if (members[i] === character) return true;
    }
    return false;
  };
  return (character) => inside(character) !== negated;
}
