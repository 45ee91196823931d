import type { SelfTested } from '../../analysis/index.ts';
import { percent } from '../report/format.ts';

export type SelfTestLine = SelfTested;

/** `tonight it would have caught a 1 % error rise on one pod in 71 of 100 cases` */
export function selfTestText(lines: readonly SelfTestLine[]): string {
  const told = lines
    .filter(({ trials }) => trials > 0)
    .map(
      ({ fault, caught, trials, low, high }) =>
        `${fault} in ${caught} of ${trials} cases (${percent(low)} to ${percent(high)})`,
    );
  if (told.length === 0) return 'too little was recorded to test what it would have caught';
  return `tonight it would have caught ${told.join(', ')}`;
}
