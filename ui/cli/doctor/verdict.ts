import type { ExitCode } from '../command.ts';
import { type Check, LIVE, type Section } from './checks.ts';

/** `ready`: everything that was asked for; `degraded`: something is lost; `unable`: nothing live works at all. */
export type Verdict = 'ready' | 'degraded' | 'unable';

export function verdictOf(sections: readonly Section[]): Verdict {
  const live = sections.find(({ title }) => title === LIVE)?.checks ?? [];
  if (live.some(({ name, state }) => name === 'connections' && state === 'off')) return 'unable';
  return sections.some(({ checks }) => checks.some(isDegraded)) ? 'degraded' : 'ready';
}

/** A stand-in that does all the first choice does takes nothing away. */
export function isDegraded({ state, lost, asked }: Check): boolean {
  return asked && (state === 'off' || (state === 'fallback' && lost !== ''));
}

export const EXIT_CODES: Readonly<Record<Verdict, ExitCode>> = { ready: 0, degraded: 3, unable: 1 };

export const SENTENCES: Readonly<Record<Verdict, string>> = {
  ready: 'Nothing is lost.',
  degraded: 'Works, with the losses above.',
  unable: 'Nothing live can be watched here; recorded traffic can be looked at.',
};
