import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { seeded } from '../localization/random.ts';
import { nezha } from './nezha.ts';
import { petshop } from './petshop.ts';
import { type Incident, type Quiet, score } from './score.ts';

const root = mkdtempSync(join(tmpdir(), 'faultline-root-cause-'));
afterAll(() => rmSync(root, { recursive: true }));

function write(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

describe('score', () => {
  const incident = (cause: string, found: readonly string[], kind = 'latency'): Incident => ({
    name: cause,
    kind,
    cause,
    rank: () => found,
  });

  test('counts places, and splits in which something is found', () => {
    const quiet = [[], ['a']].map((found): Quiet => ({ name: 'q', kind: 'latency', rank: () => found }));
    const missed: string[] = [];
    const result = score(
      [
        incident('a', ['a', 'b']),
        incident('b', ['a', 'c', 'b']),
        incident('c', ['a'], 'errors'),
        incident('d', ['x', 'y', 'z', 'd']),
      ],
      quiet,
      (name) => missed.push(name),
    );
    expect(result).toMatchObject({ cases: 4, ac1: 0.25, ac3: 0.5, specificity: 0.5 });
    expect(result.avg5).toBeCloseTo((0.25 + 0.25 + 0.5 + 0.75 + 0.75) / 5, 12);
    expect(result.kinds.errors).toEqual({ cases: 1, ac1: 0, ac3: 0 });
    expect(result.splits.latency).toEqual({ splits: 2, silent: 1 });
    expect(missed).toEqual(['b', 'c', 'd', 'q']);
  });

  test('nothing to score is no accuracy and no specificity', () => {
    expect(score([], [], () => {})).toMatchObject({ cases: 0, ac1: 0, specificity: null });
  });
});

test('a folder of the petshop format is read: graph, targets, both metrics, gaps', () => {
  const random = seeded('petshop');
  const heading = [
    'microservice,web,web,web,db,db,db',
    'metric,latency,availability,requests,latency,availability,requests',
    'statistic,Average,Average,Sum,Average,Average,Sum',
    'unix_timestamp,,,,,,',
  ];
  const table = (points: number, slow: number, failed: number) =>
    [
      ...heading,
      ...Array.from({ length: points }, (_, at) => {
        const [db, web] = [5 + slow + random.normal() / 5, 5 + random.normal() / 5];
        const available = 100 - failed;
        return `${at * 300}.0,${db + web},${available},1000,${db},${at === 2 ? '' : available},1000`;
      }),
    ].join('\n');
  write('petshop/graph.csv', ',web,db\nweb,0.0,1.0\ndb,0.0,0.0\n');
  write('petshop/noissue/metrics.csv', table(200, 0, 0));
  for (const [name, metric, cause, slow, failed] of [
    ['train/issue_0', 'latency', null, 9, 0],
    ['test/issue_0', 'availability', 'availability', 0, 20],
    ['test/issue_1', 'latency', 'cpu', 9, 0],
  ] as const) {
    write(`petshop/${name}/metrics.csv`, table(5, slow, failed));
    write(
      `petshop/${name}/target.json`,
      JSON.stringify({
        target: { node: 'web', metric, agg: 'Average' },
        root_cause: { node: 'db', metric: cause },
      }),
    );
  }
  const { incidents, quiet } = petshop(join(root, 'petshop'));
  expect(incidents.map(({ name }) => name)).toEqual([
    'petshop/train/issue_0',
    'petshop/test/issue_0',
    'petshop/test/issue_1',
  ]);
  expect(incidents.map(({ cause, rank }) => rank()[0] === cause)).toEqual([true, true, false]);
  expect(quiet).toHaveLength(20);
  expect(quiet.flatMap(({ rank }) => rank())).toEqual([]);
  // A folder of scenarios is all of them, at whatever depth; what cannot be asked about is left out with its reason.
  write('petshop/temporal/graph.csv', ',web\nweb,0.0\n');
  write('elsewhere/temporal/graph.csv', ',web\nweb,0.0\n');
  write('elsewhere/temporal/test/issue_0/metrics.csv', table(5, 0, 0));
  write('elsewhere/temporal/test/issue_1/target.json', '{"target": null}');
  write(
    'elsewhere/temporal/test/issue_0/target.json',
    JSON.stringify({ target: { node: 'web', metric: 'latency' }, root_cause: { node: 'db' } }),
  );
  const all = petshop(root);
  expect(all.incidents).toHaveLength(3);
  expect(all.leftOut).toEqual([
    'temporal/test/issue_0: its scenario has no normal table',
    'temporal/test/issue_1: no target.json that names target and cause',
  ]);
});

test('a folder of the nezha format is read: times by their text, packed files, pods of one service', () => {
  const random = seeded('nezha');
  const day = '2030-01-02';
  const line = (minute: number, ...cells: readonly (string | number)[]) => {
    const time = new Date(Date.parse(`${day}T00:00:19Z`) + minute * 60_000).toISOString();
    return [`${time.replace('T', ' ').slice(0, 19)}.5 +0000 UTC m=+1`, 'broken', ...cells].join(',');
  };
  const minutes = Array.from({ length: 300 }, (_, minute) => minute);
  const file = (heading: string, cells: (slow: number) => readonly (string | number)[]) =>
    [
      `time,timestamp,${heading}`,
      ...minutes.map((at) => line(at, ...cells(at > 200 && at < 206 ? 1 : 0))),
    ].join('\n');
  const noise = () => 0.001 * random.normal();
  const resources = 'CpuUsage(m),SyscallRead,SyscallWrite,NetworkReceiveBytes,NetworkTransmitBytes';
  const pod = () =>
    gzipSync(file(`PodName,PodWorkload(Ops),${resources}`, () => ['x', 2 + noise(), 1, 1, 1, 1, 1]));
  const metric = `nezha/rca_data/${day}/metric`;
  write(
    `${metric}/source_50.csv`,
    file('web_cart,web_ads', (slow) => [0.01 + noise() + slow, 0.01 + noise()]),
  );
  write(
    `${metric}/front_service.csv`,
    file('ServiceName,SuccessRate(%),LatencyP50(s)', (slow) => ['Web', 100, 0.1 + noise() + slow]),
  );
  for (const name of ['web-1-a', 'cart-1-a', 'cart-1-b', 'ads-1-a'])
    write(`${metric}/${name}_metric.csv.gz`, pod());
  const at = (minute: number) => String(Date.parse(`${day}T00:00:00Z`) / 1000 + minute * 60);
  write(
    `nezha/rca_data/${day}/${day}-fault_list.json`,
    JSON.stringify({
      '03': [{ inject_timestamp: at(200), inject_pod: 'cart-1-b', inject_type: 'network_delay' }],
    }),
  );
  const { incidents, quiet } = nezha(join(root, 'nezha'));
  expect(incidents).toMatchObject([{ cause: 'cart', kind: 'network_delay' }]);
  expect(incidents[0]!.rank()).toEqual(['cart', expect.anything(), expect.anything()]);
  expect(quiet).toHaveLength(10);
  expect(quiet.flatMap(({ rank }) => rank())).toEqual([]);

  // A day without edges, whose faults are known by their text alone, in a folder of such data sets.
  const bare = 'nezha/more/rca_data/2030-01-03';
  const written = { inject_time: '2030-01-03 03:20:00', inject_pod: 'ads-1-a', inject_type: 'return' };
  write(`${bare}/faults-fault_list.json`, JSON.stringify({ '03': [written, { inject_type: 'return' }] }));
  write(`${bare}/metric/ads-1-a_metric.csv`, 'time,timestamp,PodName\n,,\n');
  const [, other] = nezha(join(root, 'nezha')).incidents;
  expect(other).toMatchObject({ cause: 'ads', kind: 'return' });
  expect(other!.rank()).toEqual(['ads']);
});
