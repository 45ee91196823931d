/**
 * Runs inside an imitated machine: `node guest.mjs OBJECT-FILE ANSWER-FILE` writes what was measured, or why it was not,
 * as one line of JSON.
 */
import { writeFileSync } from 'node:fs';
import { measureCoverage } from './coverage.ts';

const [objectFile, answerFile] = process.argv.slice(2);
const answer = await measureCoverage({ objectFile: objectFile!, dropCapabilities: true }).catch(
  (error: Error) => ({
    error: error.stack,
  }),
);
writeFileSync(answerFile!, `${JSON.stringify(answer)}\n`);
