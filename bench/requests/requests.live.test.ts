import { expect, test } from 'vitest';
import { needs } from '../../.ci/needs.ts';
import { CASES } from './cases.ts';
import { runCases } from './run.ts';

const NEEDS = ['linux', 'root', 'btf', 'addon', 'bpf', 'ip', 'openssl', 'nginx'] as const;
const SERVERS = ['postgres', 'mariadbd', 'redis-server', 'dnsmasq', 'unbound'] as const;

test('of every protocol, plain and through TLS, both ends count what the client wrote down', async (context) => {
  needs(context, ...NEEDS, ...SERVERS);
  const results = await runCases(CASES, { requests: 88 });
  expect(results.map(({ name }) => name)).toEqual(CASES.map(({ name }) => name));
  for (const [index, { name, ledger, client, server }] of results.entries()) {
    const { requests, failed, untimed } = ledger;
    expect(failed, name).toBeGreaterThan(0);
    const expected = { requests, failed, untimed, protocols: [CASES[index]!.protocol], bases: ['parsed'] };
    expect({ client, server }, name).toMatchObject({ client: expected, server: expected });
  }
});
