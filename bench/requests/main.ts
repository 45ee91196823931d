import { parseArgs } from 'node:util';
import { CASES } from './cases.ts';
import type { Account } from './compare.ts';
import { runCases } from './run.ts';

/** `npm run -s bench -- requests [--cases NAME,NAME…] [--requests 1200] [--json]`: real servers against the client's ledger. */
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: 'all' },
    requests: { type: 'string', default: '1200' },
    json: { type: 'boolean', default: false },
  },
});

const requests = Number(values.requests);
const chosen = CASES.filter(({ name }) => values.cases === 'all' || values.cases.split(',').includes(name));
if (chosen.length === 0 || !Number.isInteger(requests) || requests < 1) {
  console.error(
    `FL-620: nothing to do. Choose of ${CASES.map(({ name }) => name).join(', ')}, and at least 1 request.`,
  );
  process.exit(2);
}

const results = await runCases(chosen, {
  requests,
  progress: (line) => void process.stderr.write(`${line}\n`),
});
if (values.json) console.log(JSON.stringify(results));
else {
  const cells = (account: Account) =>
    `${account.requests}/${account.failed}/${account.untimed}`.padEnd(14) +
    `${(account.p50 / 1000).toFixed(2)}`.padStart(7) +
    `${(account.p99 / 1000).toFixed(2)}`.padStart(8);
  console.log(
    `${'case'.padEnd(16)}${['ledger', 'client', 'server'].map((who) => `${who} n/failed/untimed  P50  P99 ms`.padEnd(34)).join('')}`,
  );
  for (const { name, ledger, client, server, equal, close, unread } of results) {
    const verdict = unread ?? `${equal ? 'equal' : 'DIFFERENT'} ${close ? 'close' : 'APART'}`;
    console.log(
      `${name.padEnd(16)}${[ledger, client, server].map((account) => cells(account).padEnd(34)).join('')}${verdict} ${client.protocols.join('+')} ${client.bases.join('+')}`,
    );
  }
}
process.exitCode = results.every(({ equal, close, unread }) => unread !== null || (equal && close)) ? 0 : 1;
