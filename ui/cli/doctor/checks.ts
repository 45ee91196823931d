import { existsSync } from 'node:fs';
import { type Backend, loadTensors, wantedBackend } from '../../../analysis/index.ts';
import { openStore } from '../../../graph/index.ts';
import { examine, FaultlineError, type Feature } from '../../../probe/index.ts';
import { sourceOf, startNaming } from '../../pipeline/naming.ts';
import { PAGE_FOLDER } from '../../server/index.ts';
import type { Options } from '../command.ts';
import { DEFAULT_STORE } from '../reader.ts';
import { clusterOptions } from '../source.ts';

/** A feature with what can be done about it. */
export interface Check extends Feature {
  /** What to do; `''` when nothing is to be done. */
  readonly advice: string;
  /** False for what nobody asked for: without it nothing is degraded. */
  readonly asked: boolean;
}

export interface Section {
  readonly title: string;
  readonly checks: readonly Check[];
}

/** Title of the section without which nothing live works. */
export const LIVE = 'live probe';

export async function examineAll(options: Options): Promise<readonly Section[]> {
  return [
    { title: LIVE, checks: await probeChecks() },
    { title: 'names', checks: await clusterChecks(options) },
    { title: 'store and map', checks: [await storeCheck(options), pageCheck()] },
    { title: 'learned detector', checks: [await tensorCheck(process.env)] },
  ];
}

async function probeChecks(): Promise<Check[]> {
  try {
    return (await examine()).map((feature) => ({ ...feature, advice: '', asked: true }));
  } catch (cause) {
    return [failed('connections', cause, 'everything live: up and flows')];
  }
}

const NAMES_LOST = 'names of pods, services, versions and zones';

async function clusterChecks(options: Options): Promise<Check[]> {
  const source = sourceOf(clusterOptions(options));
  if (source.kind === 'none') {
    return [
      {
        name: 'kubernetes',
        state: 'off',
        reason: 'no kubeconfig, no service account and no file of objects',
        lost: NAMES_LOST,
        advice: 'Give --kubeconfig, --server or --objects.',
        asked: false,
      },
    ];
  }
  try {
    const naming = await startNaming(source, () => {});
    await naming.stop();
    return naming.states().map((feature) => ({
      ...feature,
      advice: feature.state === 'on' ? '' : 'Check the address and the rights of the account (deploy/).',
      asked: true,
    }));
  } catch (cause) {
    return [failed('kubernetes', cause, NAMES_LOST)];
  }
}

async function storeCheck(options: Options): Promise<Check> {
  const path = options.text('store') ?? DEFAULT_STORE;
  const name = 'store';
  if (!existsSync(path)) return works(name, `${path}: nothing is recorded yet, faultline up makes it`);
  try {
    const store = await openStore(path, { readOnly: true });
    await store.close();
    return works(name, path);
  } catch (cause) {
    if (cause instanceof FaultlineError && cause.code === 'FL-304')
      return works(name, `${path}: a running faultline writes it`);
    return failed(name, cause, `everything recorded in ${path}`);
  }
}

function pageCheck(): Check {
  if (existsSync(`${PAGE_FOLDER}/index.html`)) return works('page', 'ui/web, built');
  return {
    name: 'page',
    state: 'off',
    reason: 'it has not been built',
    lost: 'the map in a browser',
    advice: 'Run npm run build:web.',
    asked: true,
  };
}

const COMPUTED_BY: Readonly<Record<Backend, string>> = {
  node: 'native, @tensorflow/tfjs-node',
  wasm: 'WebAssembly, @tensorflow/tfjs-backend-wasm',
  cpu: 'plain JavaScript, about ten times slower',
};

/** What the learned detector computes on. It is not part of `up` yet: its absence takes nothing away. */
async function tensorCheck(environment: NodeJS.ProcessEnv): Promise<Check> {
  const name = 'tensors';
  try {
    const { backend } = await loadTensors(wantedBackend(environment));
    return works(name, COMPUTED_BY[backend]);
  } catch (cause) {
    return { ...failed(name, cause, 'the learned detector, which up does not use yet'), asked: false };
  }
}

function works(name: string, by: string): Check {
  return { name, state: 'on', reason: '', lost: '', by, advice: '', asked: true };
}

function failed(name: string, cause: unknown, lost: string): Check {
  const coded = cause instanceof FaultlineError;
  return {
    name,
    state: 'off',
    reason: coded ? `${cause.code}: ${cause.message}` : String(cause),
    lost,
    advice: coded ? cause.hint : '',
    asked: true,
  };
}
