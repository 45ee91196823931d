import { existsSync } from 'node:fs';
import { loadTensors, wantedBackend } from '../../analysis/index.ts';
import { benchmark, integer, wrong } from '../load/usage.ts';
import { edgesRun, type Halves } from './edges-run.ts';
import { nab } from './nab.ts';
import { type Measured, mean, trainedOn, withDetector, without } from './nab-run.ts';

const HELP = `npm run -s bench -- detection --format nab --data DIR [--json]
npm run -s bench -- detection --format edges [--edges 40] [--seed TEXT] [--json]

Scores each point of labelled series, learning from their past alone, and measures the scores by VUS-PR (as TSB-AD, NeurIPS 2024), without
and with the learned detector:
  nab    series.json (file, trainLength, windows) and the CSV files it names; "forced" is the detector switched on though it does not help
  edges  generated edges with six channels each, of which half have times that follow their load; surges of traffic are no anomalies

--backend node|wasm|cpu computes the learned detector on that one; the best that is there otherwise.
Milliseconds are the median of 15 runs on one series in memory; the detector is trained before.
`;
await benchmark(
  {
    name: 'detection',
    help: HELP,
    options: {
      format: { type: 'string' },
      data: { type: 'string' },
      edges: { type: 'string', default: '40' },
      seed: { type: 'string', default: 'faultline' },
      backend: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
    },
  },
  async ({ format, data = '', edges, seed, backend, json }) => {
    if (format === 'nab') return nabFormat(data, backend, json);
    if (format !== 'edges') throw wrong(`--format cannot be "${format ?? ''}".`, 'Choose nab or edges.');
    const { tensors } = await loadTensors(wanted(backend));
    const parameters = { edges: integer('edges', edges, 2, 1_000), quietDays: 10, testDays: 4, seed };
    const result = edgesRun(tensors, parameters);
    if (json) return void console.log(JSON.stringify(result));
    row('without', result);
    row('with the explanation alone', result.withExplanation);
    row('with the learned detector', result.withModel);
    for (const { name, on, view, gain } of result.withModel.channels) {
      const nats = `${gain.without.toFixed(2)} -> ${gain.with.toFixed(2)} nats a step`;
      console.log(
        `  ${on ? 'on ' : 'off'}  ${name.padEnd(12)} ${nats}, at least ${gain.low.toFixed(2)} (${view})`,
      );
    }
    const { trainSeconds, microseconds } = result.withModel;
    console.log(`trained in ${trainSeconds.toFixed(0)} s; ${microseconds.toFixed(1)} µs an edge and step`);
  },
);

async function nabFormat(data: string, backend: string, json: boolean): Promise<void> {
  if (!existsSync(data)) throw wrong(`--data cannot be "${data}".`, 'Give the folder of the data set.');
  const all = nab(data);
  const series = without(all);
  const loaded = await loadTensors(wanted(backend));
  const start = performance.now();
  const { detector, trained } = trainedOn(loaded.tensors, all);
  const trainMilliseconds = performance.now() - start;
  const forced = {
    ...detector,
    networks: { causes: trained.causes.weights, past: trained.past.weights },
    judges: detector.judges.map((judge) => ({ ...judge, on: true })),
  };
  const withModel = summary(withDetector(loaded.tensors, all, detector));
  const withForced = summary(withDetector(loaded.tensors, all, forced));
  const { on, gain } = detector.judges[0]!;
  const result = {
    ...summary(series),
    withModel: { ...withModel, on, gain, backend: loaded.backend, trainMilliseconds, forced: withForced },
  };
  if (json) return void console.log(JSON.stringify(result));
  console.log('without          with, as the gate decides   with, forced');
  series.forEach((each, i) => {
    const cells = [each, withModel.series[i]!, withForced.series[i]!].map(cell);
    console.log(`${cells.join('      ')}      ${each.name}`);
  });
  const means = [result, withModel, withForced].map(({ meanVusPr }) => meanVusPr?.toFixed(3) ?? 'no');
  console.log(`mean VUS-PR ${means[0]} without, ${means[1]} with (${on ? 'on' : 'off'}), ${means[2]} forced`);
}

function cell({ vusPr, milliseconds }: Measured): string {
  return `${vusPr?.toFixed(3) ?? 'quiet'}  ${milliseconds.toFixed(1).padStart(6)} ms`;
}

function row(name: string, { meanVusPr, following, others }: Halves): void {
  const [all, half, rest] = [meanVusPr, following, others].map((value) => value?.toFixed(3) ?? 'none ');
  console.log(`${all} mean VUS-PR, ${half} where times follow load, ${rest} elsewhere: ${name}`);
}

function summary(series: readonly Measured[]) {
  return { series, meanVusPr: mean(series.flatMap(({ vusPr }) => vusPr ?? [])) };
}

/** @throws FaultlineError FL-420 for a name no backend has */
function wanted(text: string): ReturnType<typeof wantedBackend> {
  return wantedBackend(text === '' ? process.env : { FAULTLINE_TENSORS: text });
}
