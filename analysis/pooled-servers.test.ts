import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EdgeRow } from '../graph/index.ts';
import type { Anomaly } from './detect.ts';
import { serverAnomalies } from './pooled-servers.ts';
import { type Asked, counted, gathered, windows } from './testing/counted.ts';
import { into } from './testing/faults.ts';
import { memoryReader } from './testing/memory-reader.ts';
import { FOUR_NODES, type Pod, shopOf } from './testing/shop.ts';
import { simulate } from './testing/simulate.ts';
import { answerOf } from './testing/worlds.ts';
import { why } from './why.ts';

const NODES = ['n1', 'n2', 'n3', 'n4'];
const CALLERS = Array.from({ length: 12 }, (_, i) => `caller${i}`);
const { pods } = shopOf({
  ...Object.fromEntries(CALLERS.map((name, i) => [name, [NODES[i % 4]!]])),
  store: [...NODES, ...NODES, ...NODES],
  vault: NODES,
});
const callers = CALLERS.map((name) => pods.get(name)![0]!);
const [store, vault] = [pods.get('store')!, pods.get('vault')!];

const PAST = 12;
const NOW = 3;

/** What edges show by themselves, and together; a caller asks every instance of a server. */
async function shown(rows: readonly EdgeRow[], price?: number) {
  const read = gathered(memoryReader(rows), windows(PAST, PAST + NOW), windows(0, PAST));
  const { edges, baselines, anomalies, price: usual } = (await read).evidence;
  return { alone: anomalies, together: serverAnomalies(edges, baselines, price ?? usual), price: usual };
}

const world = (...calls: Parameters<typeof counted>[1]): EdgeRow[] => counted(PAST + NOW, calls);
const names = (anomalies: readonly Anomaly[]): string[] =>
  anomalies.map(({ edge: { key }, baseline }) => `${key.client.workload} ${baseline.measure.name}`).sort();

/** Each caller asks each instance of the store twice a window, and `failing` of the first so many of all it asks now fail. */
const thinly = (failing: (client: Pod) => number) => (window: number, client: Pod, server: Pod) => {
  const nth = store.indexOf(server) + store.length * (window - PAST);
  return { requests: 2, failed: window >= PAST && nth < failing(client) ? 1 : 0 };
};

describe('edges into one workload', () => {
  test('that show nothing alone and something together are those that have a part in it', async () => {
    const failures = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: CALLERS.length });
    await fc.assert(
      fc.asyncProperty(failures, async (failing) => {
        fc.pre(failing.filter((count) => count > 0).length > 1);
        const clients = callers.slice(0, failing.length);
        const asked = thinly((client) => failing[callers.indexOf(client)]!);
        const { alone, together } = await shown(world({ clients, servers: store, asked }));
        expect(alone).toEqual([]);
        const enough = failing.reduce((sum, count) => sum + count, 0) >= 3 * failing.length;
        const part = clients.filter((_, i) => failing[i]! > 0).map(({ workload }) => `${workload} errors`);
        if (enough) expect(names(together)).toEqual(part.sort());
        else expect([[], part.sort()]).toContainEqual(names(together));
        // One test of them all.
        expect(new Set(together.map(({ p }) => p)).size).toBeLessThan(2);
      }),
      { numRuns: 12 },
    );
  });

  test('are no matter of one caller, nor of several servers', async () => {
    const asked = thinly(() => 20);
    const one = await shown(world({ clients: callers.slice(0, 1), servers: store, asked }));
    expect(names(one.alone)).toEqual(['caller0 errors']);
    expect(one.together).toEqual([]);
    const own = callers.map((client) => {
      const servers = shopOf({ [`of ${client.name}`]: NODES }).pods.get(`of ${client.name}`)!;
      const asked = (window: number): Asked => ({ requests: 6, failed: window === PAST ? 1 : 0 });
      return { clients: [client], servers, asked };
    });
    const several = await shown(world(...own));
    expect([several.alone, several.together]).toEqual([[], []]);
    // The same against one server.
    const same = own.map(({ asked, clients }) => ({ clients, servers: vault, asked }));
    expect((await shown(world(...same))).together).toHaveLength(CALLERS.length);
  });

  test('pay for all that could have been looked at', async () => {
    const rows = world({ clients: callers, servers: store, asked: thinly(() => 1) });
    const { together, price } = await shown(rows);
    expect(together).toHaveLength(CALLERS.length);
    const dearer = await shown(rows, 10 * price);
    expect(dearer.together[0]!.p).toBeCloseTo(10 * together[0]!.p, 20);
    expect((await shown(rows, (2e-3 * price) / together[0]!.p)).together).toEqual([]);
  });

  test('come with the most certain first', async () => {
    const little = { clients: callers, servers: store, asked: thinly(() => 2) };
    const asked = (window: number): Asked => ({ requests: 6, failed: window === PAST ? 1 : 0 });
    const { together } = await shown(world(little, { clients: callers, servers: vault, asked }));
    const chances = together.map(({ p }) => p);
    expect(new Set(together.map(({ edge }) => edge.key.server.workload))).toEqual(
      new Set(['store', 'vault']),
    );
    expect(chances).toEqual(chances.toSorted((a, b) => a - b));
  });
});

describe('a part of what one workload answers', () => {
  /** One request in twenty fails, and of some two more. */
  const worse = (hits: (client: Pod, server: Pod) => boolean) => {
    const asked = (window: number, client: Pod, server: Pod): Asked => {
      const one = (store.indexOf(server) + window + callers.indexOf(client)) % 4 === 0 ? 1 : 0;
      return { requests: 5, failed: one + (window >= PAST && hits(client, server) ? 1 : 0) };
    };
    return world({ clients: callers, servers: store, asked });
  };

  test('stands out by the tags of its own instances, where the whole hides it', async () => {
    const { alone, together } = await shown(worse((_, { name }) => name === 'store-5'));
    expect(alone).toEqual([]);
    expect(names(together)).toContain('caller0 errors');
    expect(new Set(together.map(({ baseline }) => baseline.measure.name))).toEqual(new Set(['errors']));
  });

  test('is not made by who asks', async () => {
    const { together } = await shown(worse(({ name }) => name === 'caller5-0'));
    expect(together).toEqual([]);
  });
});

describe('edges of one workload are held each against its own past', () => {
  const often = { often: callers[0]!, rarely: callers[1]! };

  test('so that more traffic of what always failed is no anomaly', async () => {
    const asked =
      (more: number, failing: number) =>
      (window: number, client: Pod): Asked => {
        const now = window >= PAST;
        if (client === often.rarely) return { requests: 20, failed: now ? failing : 0 };
        return { requests: now ? 20 * more : 20, failed: now ? 4 * more : 4 };
      };
    const clients = [often.often, often.rarely];
    for (const more of [1, 2, 6])
      expect((await shown(world({ clients, servers: vault, asked: asked(more, 0) }))).together).toEqual([]);
  });

  test('so that slow is what is slow for each', async () => {
    const usual = (client: Pod): number => (callers.indexOf(client) % 2 === 0 ? 4 : 200);
    const slow = (added: number, hits: (client: Pod) => boolean = () => true) => {
      const asked = (window: number, client: Pod, server: Pod): Asked => {
        const late = window >= PAST && server.name === 'store-3' && hits(client);
        const took = usual(client) + (late ? added : 0);
        return { requests: 2, times: [took, took] };
      };
      return shown(world({ clients: callers, servers: store, asked }));
    };
    // The few of one caller say nothing, and what is usual for another is not slow.
    expect((await slow(20, ({ workload }) => workload === 'caller4')).together).toEqual([]);
    // Twenty more are slow for those that wait for four, and for nobody else.
    const fast = CALLERS.filter((_, i) => i % 2 === 0).map((name) => `${name} latency`);
    expect(names((await slow(20)).together)).toEqual(fast.sort());
    expect(names((await slow(200)).together)).toEqual(CALLERS.map((name) => `${name} latency`).sort());
  });

  test('so that a rise too small to matter is none, however certain', async () => {
    const losing = (lost: number) => {
      const asked = (window: number): Asked => ({ requests: 20, lost: window === PAST ? lost : 0 });
      return shown(world({ clients: callers, servers: vault.slice(0, 1), asked }));
    };
    // Of 480 segments each; one in 200 is the least that matters.
    expect((await losing(2)).together).toEqual([]);
    expect((await losing(3)).together).toHaveLength(CALLERS.length);
  });

  test('so that what wanders as far on a quiet day is none', async () => {
    const failing = (usual: (window: number) => number) =>
      world({
        clients: callers,
        servers: vault,
        asked: (window) => ({ requests: 10, failed: window < PAST ? usual(window) : 2 }),
      });
    const steady = await shown(failing(() => 1));
    const wandering = await shown(failing((window) => (window % 2 === 0 ? 2 : 0)));
    expect(steady.together).toHaveLength(CALLERS.length);
    expect(wandering.together).toEqual([]);
  });
});

test('quiet worlds show nothing together', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const rows = simulate({ seed, seconds: 10 * (PAST + NOW), load: 6, wander: 0.2 });
    expect((await shown(rows)).together, `seed ${seed}`).toEqual([]);
  }
});

describe('a workload that eight ask now and then', () => {
  const asking = ['ad', 'cart', 'catalogue', 'checkout', 'currency', 'email', 'payment', 'shipping'];
  const usual = shopOf();
  const shop = shopOf({ ...FOUR_NODES, audit: NODES }, [
    ...asking.map((name) => {
      const workload = usual.workloads.get(name)!;
      return { ...workload, calls: [...workload.calls, ['audit', 0.2] as const] };
    }),
    { name: 'audit', port: 7777, own: 1, calls: [] },
  ]);
  const faults = [{ hits: into('audit'), slower: 60 }];

  test.each([1, 2, 3, 4])(
    'seed %i: is the origin where each of them waits too rarely to say so',
    async (seed) => {
      const rows = simulate({ seed, shop, seconds: 240, onset: 200, load: 2, faults });
      const { findings } = await why(memoryReader(rows), {
        service: { namespace: 'shop', workload: 'frontend' },
      });
      expect(findings.map(answerOf)).toEqual([{ origin: 'audit', domain: '', mechanism: 'slow service' }]);
    },
  );
});
