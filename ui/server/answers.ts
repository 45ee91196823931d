import { Nights } from './nights.ts';
import type { Sources } from './sources.ts';
import { StatusBoards } from './statuses.ts';

/** What every answer is made from. */
export interface Answers {
  readonly sources: Sources;
  readonly boards: StatusBoards;
  readonly nights: Nights;
}

export function answersFrom(sources: Sources): Answers {
  return { sources, boards: new StatusBoards(sources), nights: new Nights(sources) };
}
