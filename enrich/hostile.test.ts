import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deploymentOf, flowOf, nodeOf, podOf, replicaSetOf, serviceOf, sliceOf } from './fixtures.ts';
import { KINDS, Names } from './index.ts';

const sound = [
  podOf('a', { owner: { kind: 'ReplicaSet', name: 'web-1', uid: 'uid-web-1' } }),
  nodeOf('n1', '10.9.0.1'),
  serviceOf('api', '10.96.0.1'),
  sliceOf('api', [{ ip: '10.0.0.2', pod: 'a' }]),
  replicaSetOf('web-1', 'web'),
  deploymentOf('web'),
];

/** Anything JSON can say, with the kind of something that is read. */
const anything = fc
  .tuple(fc.constantFrom(...KINDS), fc.dictionary(fc.string(), fc.jsonValue()))
  .map(([kind, rest]) => ({ ...rest, kind }));

/** A sound object in which the value at one path was replaced by anything. */
const damaged = fc
  .tuple(fc.constantFrom(...sound), fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), fc.jsonValue())
  .map(([object, steps, value]) => damage(object, steps, value));

function damage(object: unknown, steps: readonly number[], value: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined || typeof object !== 'object' || object === null) return value;
  const keys = Object.keys(object);
  const key = keys[step % Math.max(keys.length, 1)];
  if (key === undefined) return value;
  const copy = Array.isArray(object) ? [...object] : { ...object };
  Reflect.set(copy, key, damage(Reflect.get(object, key), rest, value));
  return copy;
}

const event = fc.record({
  type: fc.constantFrom('ADDED' as const, 'MODIFIED' as const, 'DELETED' as const),
  object: fc.oneof(
    { weight: 3, arbitrary: damaged },
    { weight: 1, arbitrary: anything },
    fc.constantFrom(...sound),
  ),
  at: fc.integer({ min: 0, max: 1e15 }),
});

const addresses = fc.constantFrom('10.0.0.2', '10.96.0.1', '10.9.0.1', '127.0.0.1', 'no address', '');

test('no object makes naming throw, and every object is counted', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), addresses, fc.string(), (events, ip, cgroup) => {
      const names = new Names();
      for (const one of events) names.apply(one);
      const { objects, skipped } = names.counters();
      const removed = events.filter(({ type }) => type === 'DELETED').length;
      expect(objects + skipped).toBeGreaterThanOrEqual(events.length - removed);
      const owner = { pid: 1, process: 'x', uid: 0, cgroupId: '1', cgroup };
      for (const role of ['client', 'server'] as const) {
        const { local, remote } = names.name(flowOf({ owner, role, peer: { ip, port: 80 }, to: 1e14 }));
        for (const end of [local, remote]) expect(Object.isFrozen(end)).toBe(true);
      }
      names.takeChanges();
      names.services();
      names.nodes();
    }),
    { numRuns: 500 },
  );
});

test('no list makes naming throw', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...KINDS),
      fc.array(fc.oneof(damaged, fc.jsonValue()), { maxLength: 10 }),
      (kind, list) => {
        const names = new Names();
        names.replace(kind, list, 1);
        names.replace(kind, sound, 2);
        names.replace(kind, list, 3);
      },
    ),
    { numRuns: 300 },
  );
});

test('an object of endless depth, length or text is left out or cut short', () => {
  let deep: unknown = {};
  for (let i = 0; i < 100_000; i++) deep = { a: deep };
  const names = new Names();
  const deployment = { ...deploymentOf('web'), spec: { template: deep } };
  names.apply({ type: 'ADDED', object: deployment, at: 1 });
  const long = { ...podOf('x'.repeat(100_000)) };
  names.apply({ type: 'ADDED', object: long, at: 1 });
  const wide = podOf('wide');
  const podIPs = Array.from({ length: 100_000 }, () => ({ ip: '10.0.0.3' }));
  names.apply({ type: 'ADDED', object: { ...wide, status: { ...wide.status, podIPs } }, at: 1 });
  expect(names.counters()).toMatchObject({ objects: 2, skipped: 1 });
});
