import { benchmark, integer, wrong } from '../load/usage.ts';
import { CASES } from './cases.ts';
import type { Account } from './compare.ts';
import { runCases } from './run.ts';
import { missingFor } from './servers/index.ts';

const HELP = `npm run -s bench -- requests [--cases NAME,NAME…] [--requests 1200] [--json]

Exit code 0: every case has equal counts at both ends and close times; 1: not so; 3: so, but a server is not installed.
Real servers, plain and through TLS: counts and times of the probe against the ledger of the client.
Cases: ${CASES.map(({ name }) => name).join(', ')}
`;

/** Everything that could be run is well, but something could not. */
const DEGRADED = 3;

await benchmark(
  {
    name: 'requests',
    help: HELP,
    options: {
      cases: { type: 'string', default: 'all' },
      requests: { type: 'string', default: '1200' },
      json: { type: 'boolean', default: false },
    },
  },
  async ({ cases, requests: count, json }) => {
    const requests = integer('requests', count, 1, 1_000_000);
    const names = cases.split(',');
    const unknown = names.find((name) => name !== 'all' && !CASES.some((one) => one.name === name));
    if (unknown !== undefined)
      throw wrong(`--cases cannot be "${unknown}".`, 'See `npm run -s bench -- requests --help`.');
    const chosen = CASES.filter(({ name }) => names.includes('all') || names.includes(name));
    const runnable = chosen.filter(({ name, server }) => {
      const missing = missingFor(server);
      if (missing !== null) process.stderr.write(`${name}: left out, this machine has no ${missing}\n`);
      return missing === null;
    });
    const results = await runCases(runnable, {
      requests,
      progress: (line) => void process.stderr.write(`${line}\n`),
    });
    if (json) console.log(JSON.stringify(results));
    else {
      const cells = (account: Account) =>
        `${account.requests}/${account.failed}/${account.untimed}`.padEnd(14) +
        `${(account.p50 / 1000).toFixed(2)}`.padStart(7) +
        `${(account.p99 / 1000).toFixed(2)}`.padStart(8);
      console.log(
        `${'case'.padEnd(16)}${['ledger', 'client', 'server'].map((who) => `${who} n/failed/untimed  P50  P99 ms`.padEnd(34)).join('')}`,
      );
      for (const { name, ledger, client, server, equal, close } of results) {
        const verdict = `${equal ? 'equal' : 'DIFFERENT'} ${close ? 'close' : 'APART'}`;
        console.log(
          `${name.padEnd(16)}${[ledger, client, server].map((account) => cells(account).padEnd(34)).join('')}${verdict} ${client.protocols.join('+')} ${client.bases.join('+')}`,
        );
      }
    }
    if (!results.every(({ equal, close }) => equal && close)) process.exitCode = 1;
    else if (results.length < chosen.length) process.exitCode = DEGRADED;
  },
);
