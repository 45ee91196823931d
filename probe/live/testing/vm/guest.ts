/**
 * Runs inside an imitated machine: `node guest.mjs OBJECT-FILE CALLS-PROGRAM ANSWER-FILE` writes what was measured, or why it
 * was not, as one line of JSON.
 */
import { writeFileSync } from 'node:fs';
import { type Calls, measureCalls } from './calls.ts';
import { type Coverage, measureCoverage } from './coverage.ts';

export interface Measured {
  readonly calls: Calls;
  readonly coverage: Coverage;
}

async function measure(objectFile: string, program: string): Promise<Measured> {
  const calls = measureCalls(program, objectFile);
  /* Cannot be undone, so it comes last. */
  return { calls, coverage: await measureCoverage({ objectFile, dropCapabilities: true }) };
}

const [objectFile, program, answerFile] = process.argv.slice(2);
const answer = await measure(objectFile!, program!).catch((error: Error) => ({ error: error.stack }));
writeFileSync(answerFile!, `${JSON.stringify(answer)}\n`);
