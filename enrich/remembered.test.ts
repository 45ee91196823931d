import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flowOf, nodeOf, ownerOf, podOf, replicaSetOf, SECOND, serviceOf, sliceOf } from './fixtures.ts';
import { Names } from './index.ts';

/**
 * Names remembers what it made: the endpoint of a pod's state, what is around a pod, the workload of a service, the pod
 * of a cgroup. What it once answered must never change what it answers later.
 */
const uids = ['a', 'b'].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`);
const ips = ['10.0.0.2', '10.0.0.3'];
const owner = { kind: 'ReplicaSet', name: 'web-1', uid: 'uid-web-1' };

const pod = fc
  .record({
    uid: fc.constantFrom(...uids),
    ip: fc.constantFrom(...ips),
    phase: fc.constantFrom('Pending', 'Running', 'Succeeded'),
    node: fc.constantFrom('n1', 'n2'),
    version: fc.constantFrom('v1', 'v2'),
    terminating: fc.boolean(),
    hostNetwork: fc.boolean(),
  })
  .map(({ version, ...parts }) => podOf(parts.uid, { ...parts, labels: { version }, owner }));

const slice = fc
  .tuple(fc.constantFrom('api', 'web'), fc.subarray(uids), fc.subarray(ips))
  .map(([service, members, bare]) => ({
    ...sliceOf(
      service,
      bare.map((ip) => ({ ip })),
    ),
    endpoints: [
      ...members.map((uid) => ({ addresses: [ips[0]], targetRef: { kind: 'Pod', uid } })),
      ...bare.map((ip) => ({ addresses: [ip] })),
    ],
  }));

const object = fc.oneof(
  pod,
  slice,
  fc
    .tuple(fc.constantFrom('n1', 'n2'), fc.constantFrom('a', 'b'))
    .map(([name, zone]) => nodeOf(name, '10.9.0.1', zone)),
  fc.constantFrom('api', 'web').map((name) => serviceOf(name, name === 'api' ? '10.96.0.1' : '10.96.0.2')),
  fc.constant(replicaSetOf('web-1', 'web')),
);

const step = fc.tuple(fc.constantFrom('MODIFIED' as const, 'MODIFIED' as const, 'DELETED' as const), object);

const flows = (to: number) =>
  [...ips, '10.96.0.1', '10.96.0.2', '10.9.0.1', '127.0.0.1'].flatMap((ip) =>
    uids.map((uid) =>
      flowOf({
        to,
        durationMicros: 0,
        peer: { ip, port: 8080 },
        asked: { ip: '10.96.0.2', port: 80 },
        owner: ownerOf(`/kubepods/pod${uid}`),
      }),
    ),
  );

test('answers do not depend on what was asked before', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const asked = new Names();
      const silent = new Names();
      for (const [i, [type, object]] of steps.entries()) {
        const at = (i + 1) * SECOND;
        for (const names of [asked, silent]) names.apply({ type, object, at });
        for (const flow of flows(at)) asked.name(flow);
      }
      for (let second = 0; second <= steps.length + 1; second++) {
        for (const flow of flows(second * SECOND)) expect(asked.name(flow)).toEqual(silent.name(flow));
      }
    }),
    { numRuns: 300 },
  );
});
