import { expect, test } from 'vitest';
import { type Ending, outcomeOf } from './failure.ts';

const ending = (parts: Partial<Ending>): Ending => ({
  role: 'client',
  established: true,
  lastState: 5,
  error: 0,
  resetBy: 0,
  bound: true,
  ...parts,
});

test.each([
  ['refused', ending({ established: false, lastState: 2, error: 111, resetBy: 2 }), 'refused', null],
  ['no answer', ending({ established: false, lastState: 2, error: 110 }), 'timeout', null],
  ['given up', ending({ established: false, lastState: 2 }), 'timeout', null],
  ['no port to send from', ending({ established: false, lastState: 2, bound: false }), 'unreachable', null],
  ['no route', ending({ established: false, lastState: 2, error: 113 }), 'unreachable', null],
  ['closed by this side', ending({ lastState: 5 }), null, null],
  ['closed by the other', ending({ lastState: 9 }), null, null],
  ['reset by the other', ending({ lastState: 1, error: 104, resetBy: 2 }), 'reset', 'server'],
  [
    'reset by the other, seen by the server',
    ending({ role: 'server', lastState: 1, error: 104, resetBy: 2 }),
    'reset',
    'client',
  ],
  ['aborted', ending({ lastState: 1 }), 'reset', 'client'],
  ['aborted by a server that had data to read', ending({ role: 'server', lastState: 8 }), 'reset', 'server'],
  ['broken off after all retransmissions', ending({ lastState: 1, error: 110 }), 'timeout', null],
  ['a route that went away', ending({ lastState: 1, error: 113 }), 'unreachable', null],
  ['reset when both had said goodbye', ending({ lastState: 11, error: 104, resetBy: 2 }), null, null],
] as const)('%s', (_, given, failure, resetBy) => {
  expect(outcomeOf(given)).toEqual({ failure, resetBy });
});
