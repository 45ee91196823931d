import { describe, expect, test } from 'vitest';
import type { Change } from '../enrich/index.ts';
import { edgeId } from './keys.ts';
import { type Fault, into } from './testing/faults.ts';
import { memoryReader } from './testing/memory-reader.ts';
import { START, simulate } from './testing/simulate.ts';
import { why } from './why.ts';

const micros = (seconds: number): number => START + seconds * 1_000_000;
const ONSET = 90;

/** The first finding of a question about checkout in a world with one fault. */
async function found(fault: Fault, changes: readonly Change[] = [], service = 'checkout') {
  const rows = simulate({ seed: 3, seconds: 150, onset: ONSET, faults: [fault] });
  const report = await why(memoryReader(rows, changes), {
    service: { namespace: 'shop', workload: service },
  });
  return report.findings[0]!;
}

const change = (kind: Change['kind'], subject: string, more: Partial<Change> = {}): Change => ({
  at: micros(ONSET - 20),
  kind,
  namespace: 'shop',
  subject,
  what: 'changed',
  tags: { workload: subject },
  ...more,
});

describe('the state change behind a finding', () => {
  const slowPayment = { hits: into('payment'), slower: 60 };

  test('is none where nothing is found', async () => {
    const finding = await found(slowPayment, [change('rollout', 'email')]);
    expect(finding.change).toBeNull();
    expect(finding.stateChange).toBeNull();
  });

  test.each([
    ['configuration', 'configuration'],
    ['scaling', 'scaling'],
    ['restart', 'restart'],
    ['pod moved', 'placement'],
  ] as const)('a recorded %s of the origin is a %s', async (kind, expected) => {
    const { stateChange } = await found(slowPayment, [change(kind, 'payment')]);
    expect(stateChange).toMatchObject({ kind: expected, source: 'recorded', at: micros(ONSET - 20) });
  });

  test('what happened to something the origin calls is a change of a dependency', async () => {
    const finding = await found(
      { hits: into('cart'), slower: 60 },
      [change('configuration', 'redis')],
      'cart',
    );
    expect(finding.change).toBeNull();
    expect(finding.stateChange).toMatchObject({
      kind: 'dependency',
      what: 'configuration of redis changed',
      source: 'recorded',
    });
  });

  test('trouble of a node the hit pods run on comes before trouble of others', async () => {
    const node = (name: string) =>
      change('node', name, { namespace: '', what: 'MemoryPressure', tags: { node: name } });
    const fault = { hits: into('payment', ({ name }) => name === 'payment-1'), slower: 60 };
    const { stateChange } = await found(fault, [node('n1'), node('n2'), node('n3')]);
    expect(stateChange).toMatchObject({ kind: 'node', what: 'n2 MemoryPressure' });
  });

  test('traffic that rose before answers became slow is the change; what rises with it is not', async () => {
    const crowd: Fault = { hits: () => false, load: 3, from: ONSET - 20 };
    const slow: Fault = { hits: into('payment'), wait: 60 };
    const rows = simulate({ seed: 4, seconds: 170, onset: ONSET, load: 15, faults: [crowd, slow] });
    const report = await why(memoryReader(rows), { service: { namespace: 'shop', workload: 'checkout' } });
    const { stateChange } = report.findings[0]!;
    expect(stateChange).toMatchObject({ kind: 'traffic', source: 'measured', at: micros(ONSET - 20) });
    expect(stateChange!.what).toMatch(/^requests \S+ → \S+ a second$/);
    const late = simulate({
      seed: 4,
      seconds: 170,
      onset: ONSET,
      load: 15,
      faults: [{ ...crowd, from: ONSET + 20 }, slow],
    });
    const other = await why(memoryReader(late), { service: { namespace: 'shop', workload: 'checkout' } });
    expect(other.findings[0]!.stateChange).toBeNull();
  });

  test('lost packets between two zones are a network path, both directions', async () => {
    const across: Fault = { hits: (client, server) => client.zone !== server.zone, loss: 0.1 };
    const { stateChange } = await found(across, [], 'frontend');
    expect(stateChange).toMatchObject({ kind: 'network path', at: null, source: 'measured' });
    expect(stateChange!.what).toContain('both directions');
  });
});

describe('what showed first, and what is felt', () => {
  test('the first symptom is of the origin, the impact where users are', async () => {
    const finding = await found({ hits: into('redis'), slower: 60 }, [], 'frontend');
    expect(edgeId(finding.firstSymptom!.edge)).toBe('shop/cart>shop/redis:6379');
    expect(finding.firstSymptom!.at).toBe(micros(ONSET));
    expect(finding.impact.signal).toMatchObject({
      edge: { server: { workload: 'frontend' } },
      signal: 'latency',
    });
    expect(finding.impact.hit).toBeGreaterThan(100);
    expect(finding.impact.hit).toBeLessThanOrEqual(finding.impact.total);
    const workloads = finding.impact.workloads.map(({ workload }) => workload);
    expect(workloads).toEqual(expect.arrayContaining(['frontend', 'checkout', 'cart', 'loadgenerator']));
    expect(workloads).not.toContain('redis');
    expect(workloads).not.toContain('email');
  });

  test('a symptom before the others is the first', async () => {
    const early: Fault = { hits: into('redis'), slower: 60, from: ONSET - 20 };
    const rows = simulate({
      seed: 5,
      seconds: 150,
      onset: ONSET,
      faults: [early, { hits: into('redis'), fails: 0.3 }],
    });
    const report = await why(memoryReader(rows), {
      service: { namespace: 'shop', workload: 'cart' },
      from: micros(ONSET),
      to: micros(150),
      baseline: { from: micros(0), to: micros(60) },
    });
    expect(report.findings[0]!.firstSymptom).toMatchObject({ signal: 'latency', at: micros(ONSET - 20) });
  });
});
