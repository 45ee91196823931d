import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NodePlace, PodPlace } from '../../enrich/index.ts';
import { openStore } from '../../graph/index.ts';
import { simulate } from '../testing/simulate.ts';
import { blindSpots, type Move, placementOf } from './index.ts';

const NODES: readonly NodePlace[] = [
  ['n1', 'a'],
  ['n2', 'a'],
  ['n3', 'b'],
  ['n4', 'b'],
].map(([node, zone]) => ({ node: node!, zone: zone!, region: 'eu', open: true }));

/** Pods of a workload, each as `node@version`. */
const pods = (workload: string, ...places: readonly string[]): PodPlace[] =>
  places.map((place, i) => {
    const [node, version = 'v1'] = place.split('@') as [string, string?];
    return { namespace: 'shop', workload, pod: `${workload}-${i}`, version, node };
  });
/** Another workload everywhere, so that no place is unvouched for. */
const OTHERS = pods('other', 'n1', 'n2', 'n3', 'n4');
const spotsOf = (own: readonly PodPlace[], nodes = NODES, traffic = new Map<string, number>()) =>
  blindSpots({ pods: [...own, ...OTHERS], nodes, traffic }).spots;

/** The pods after a move was made. */
function moved(own: readonly PodPlace[], { action, pod, to }: Move): PodPlace[] {
  const twin = own.find((one) => one.pod === pod)!;
  if (action === 'add') return [...own, { ...twin, pod: `${pod}-twin`, node: to }];
  return own.map((one) => (one === twin ? { ...one, node: to } : one));
}

describe('blind spots', () => {
  test('a version that only one zone has, and the one move that tells them apart', () => {
    const own = pods('payment', 'n1@v1', 'n2@v1', 'n3@v2', 'n4@v2');
    const [version, other, ...rest] = spotsOf(own);
    expect(rest).toEqual([]);
    expect([version!.tags, other!.tags]).toContainEqual([
      { tag: 'version', value: 'v2' },
      { tag: 'zone', value: 'b' },
    ]);
    expect(version!.move).toMatchObject({ action: 'move', left: 0 });
    expect(spotsOf(moved(own, version!.move!))).toEqual([]);
  });

  test('a version of one pod needs a second pod of it', () => {
    const own = pods('payment', 'n1@v1', 'n3@v1', 'n2@v2');
    const [spot] = spotsOf(own);
    expect(spot).toMatchObject({ kind: 'tags', pods: ['payment-2'], move: { action: 'add', version: 'v2' } });
    expect(spot!.tags.map(({ tag }) => tag)).toEqual(['version', 'pod', 'node']);
  });

  test('one pod is everything at once; well spread versions leave nothing blind', () => {
    expect(spotsOf(pods('cart', 'n1'))).toMatchObject([{ kind: 'alone', move: { action: 'add' } }]);
    expect(spotsOf(pods('cart', 'n1@v1', 'n3@v1', 'n2@v2', 'n4@v2'))).toEqual([]);
    expect(spotsOf(pods('cart', 'n1', 'n3'))).toEqual([]);
  });

  test('a place nobody else is in cannot be told from its workload', () => {
    const own = pods('cart', 'n4', 'n4');
    const found = blindSpots({
      pods: [...own, ...pods('other', 'n1', 'n2', 'n3')],
      nodes: NODES,
      traffic: new Map(),
    });
    const [spot] = found.spots;
    expect(spot).toMatchObject({
      kind: 'together',
      tags: [{ tag: 'node', value: 'n4' }],
      move: { action: 'move' },
    });
  });

  test('cordoned nodes are no place to go; zones of one node are told', () => {
    const closed = NODES.map((node) => ({ ...node, open: node.node === 'n3' }));
    expect(spotsOf(pods('cart', 'n1'), closed)[0]!.move).toMatchObject({ to: 'n3' });
    expect(spotsOf(pods('cart', 'n1'), [])[0]!.move).toBeNull();
    const narrow = blindSpots({ pods: [], nodes: NODES.slice(0, 3), traffic: new Map() });
    expect(narrow.narrowZones).toEqual([{ zone: 'b', node: 'n3' }]);
  });

  test('what carries the most traffic comes first', () => {
    const traffic = new Map([
      ['shop/ad-0', 5],
      ['shop/cart-0', 80],
    ]);
    const found = spotsOf([...pods('ad', 'n1'), ...pods('cart', 'n2')], NODES, traffic);
    expect(found.map(({ workload, perSecond }) => [workload.workload, perSecond])).toEqual([
      ['cart', 80],
      ['ad', 5],
    ]);
  });

  test('every move that is advised leaves fewer blind spots', () => {
    const place = fc.tuple(fc.constantFrom('n1', 'n2', 'n3', 'n4'), fc.constantFrom('v1', 'v2', 'v3'));
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 6 }), (places) => {
        const own = pods('payment', ...places.map(([node, version]) => `${node}@${version}`));
        const spots = spotsOf(own);
        for (const { move } of spots) {
          if (move === null) continue;
          expect(spotsOf(moved(own, move))).toHaveLength(move.left);
          expect(move.left).toBeLessThan(spots.length);
        }
      }),
    );
  });
});

test('the placement of a store is that of its newest records, with their traffic', async () => {
  const store = await openStore(':memory:');
  try {
    expect(await placementOf(store)).toBeNull();
    await store.append({ rows: simulate({ seed: 3, seconds: 120, load: 5 }) });
    const placement = (await placementOf(store))!;
    expect(placement.nodes.map(({ node }) => node).sort()).toEqual(['n1', 'n2', 'n3', 'n4']);
    expect(placement.pods.filter(({ workload }) => workload === 'payment')).toHaveLength(4);
    expect(placement.traffic.get('shop/frontend-0')).toBeGreaterThan(1);
    expect(placement.traffic.get('shop/loadgenerator-0') ?? 0).toBe(0);
  } finally {
    await store.close();
  }
});
