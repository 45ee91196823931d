import type { Ledger, LedgerEntry, World } from '../index.ts';
import { kernelCounts } from './kernel-counts.ts';

/**
 * Where the clients' counts differ from the servers' and from the kernel's, one line each. The kernel's are those of the
 * pods' own namespaces, so they know nothing of our bookkeeping. Call it on a quiet world.
 */
export function differences(world: World, ledger: Ledger): string[] {
  return [...againstKernel(world, ledger), ...againstServers(ledger)];
}

function againstKernel(world: World, { entries }: Ledger): string[] {
  return world.pods().flatMap(({ name, pid }) => {
    const own = entries.filter(({ client }) => client === name);
    const toIt = entries.filter(({ server }) => server === name);
    const kernel = kernelCounts(pid);
    const expected = {
      activeOpens: sum(own, 'connections') + sum(own, 'failedConnects'),
      passiveOpens: sum(toIt, 'connections'),
    };
    return (Object.keys(expected) as (keyof typeof expected)[]).flatMap((key) =>
      expected[key] === kernel[key]
        ? []
        : [`${name}: ${key} ${expected[key]}, the kernel says ${kernel[key]}`],
    );
  });
}

function againstServers({ entries, servers }: Ledger): string[] {
  return servers.flatMap(({ server, served }) =>
    served.flatMap(({ client, requests, failed }) => {
      const own = entries.filter((entry) => entry.server === server && entry.client === client);
      const [asked, bad] = [sum(own, 'requests'), sum(own, 'failedRequests')];
      return asked === requests && bad === failed
        ? []
        : [`${client} asked ${server} ${asked} times (${bad} failed), it answered ${requests} (${failed})`];
    }),
  );
}

function sum(
  entries: readonly LedgerEntry[],
  field: 'connections' | 'requests' | 'failedRequests' | 'failedConnects',
): number {
  return entries.reduce((total, entry) => total + entry[field], 0);
}
