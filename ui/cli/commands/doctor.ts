import { existsSync } from 'node:fs';
import { openStore } from '../../../graph/index.ts';
import { examine, FaultlineError, type Feature } from '../../../probe/index.ts';
import { sourceOf, startNaming } from '../../pipeline/naming.ts';
import { printable, type Style, style, wrap } from '../../report/style.ts';
import { PAGE_FOLDER } from '../../server/index.ts';
import type { Call, ExitCode, Options } from '../command.ts';
import { DEFAULT_STORE } from '../reader.ts';
import { clusterOptions } from '../source.ts';

/** A feature with what can be done about it. */
interface Check extends Feature {
  readonly advice: string;
}

/** `faultline doctor`: what works here, what is off, what is lost by it, what to do. */
export async function run({ options, out }: Call): Promise<ExitCode> {
  const checks = [
    ...(await probeChecks()),
    ...(await clusterChecks(options)),
    ...(await storeChecks(options)),
    page(),
  ];
  if (options.flag('json')) {
    out.print(`${JSON.stringify({ features: checks }, null, 2)}\n`);
    return 0;
  }
  const paint = style(out.color);
  const name = Math.max(...checks.map((check) => check.name.length));
  out.print(checks.map((check) => lines(check, name, out.width, paint)).join(''));
  const off = checks.filter(({ state }) => state !== 'on').length;
  out.print(
    off === 0
      ? '\nEverything works.\n'
      : `\n${checks.length - off} of ${checks.length} work as they should.\n`,
  );
  return 0;
}

const MARKS = { on: '✓ on', fallback: '▲ fallback', off: '✗ off' } as const;

function lines(check: Check, column: number, width: number, paint: Style): string {
  const mark = MARKS[check.state].padEnd(11);
  const colour = { on: paint.good, fallback: paint.warn, off: paint.bad }[check.state];
  const head = `${printable(check.name).padEnd(column)}  ${colour(mark)}`;
  const details = [
    check.reason,
    check.state === 'on' || check.lost === '' ? '' : `Lost: ${check.lost}`,
    check.advice === '' ? '' : `Do: ${check.advice}`,
  ];
  const start = column + 2 + 11;
  const text = details
    .filter((detail) => detail !== '')
    .flatMap((detail) => wrap(printable(detail), Math.max(30, width - start)));
  const [first = '', ...rest] = text;
  return `${[`${head}${first}`.trimEnd(), ...rest.map((line) => ' '.repeat(start) + line)].join('\n')}\n`;
}

async function probeChecks(): Promise<Check[]> {
  try {
    return (await examine()).map((feature) => ({ ...feature, advice: '' }));
  } catch (cause) {
    return [failed('kernel probe', cause, 'everything live: up and flows')];
  }
}

async function clusterChecks(options: Options): Promise<Check[]> {
  const source = sourceOf(clusterOptions(options));
  if (source.kind === 'none') {
    return [
      {
        name: 'kubernetes',
        state: 'off',
        reason: 'no kubeconfig, no service account and no file of objects',
        lost: 'names of pods, services, versions and zones',
        advice: 'Give --kubeconfig, --server or --objects.',
      },
    ];
  }
  try {
    const naming = await startNaming(source, () => {});
    await naming.stop();
    return naming.states().map((feature) => ({
      ...feature,
      advice: feature.state === 'on' ? '' : 'Check the address and the rights of the account (deploy/).',
    }));
  } catch (cause) {
    return [failed('kubernetes', cause, 'names of pods, services, versions and zones')];
  }
}

async function storeChecks(options: Options): Promise<Check[]> {
  const path = options.text('store') ?? DEFAULT_STORE;
  const name = `store ${path}`;
  if (!existsSync(path)) {
    const reason = 'nothing is recorded yet; faultline up makes it';
    return [{ name, state: 'on', reason, lost: '', advice: '' }];
  }
  try {
    const store = await openStore(path, { readOnly: true });
    await store.close();
    return [{ name, state: 'on', reason: '', lost: '', advice: '' }];
  } catch (cause) {
    if (cause instanceof FaultlineError && cause.code === 'FL-304') {
      return [{ name, state: 'on', reason: 'a running faultline writes it', lost: '', advice: '' }];
    }
    return [failed(name, cause, 'everything recorded in it')];
  }
}

function page(): Check {
  if (existsSync(`${PAGE_FOLDER}/index.html`))
    return { name: 'page', state: 'on', reason: '', lost: '', advice: '' };
  return {
    name: 'page',
    state: 'off',
    reason: 'it has not been built',
    lost: 'the map in a browser',
    advice: 'Run npm run build:web.',
  };
}

function failed(name: string, cause: unknown, lost: string): Check {
  const coded = cause instanceof FaultlineError;
  return {
    name,
    state: 'off',
    reason: coded ? `${cause.code}: ${cause.message}` : String(cause),
    lost,
    advice: coded ? cause.hint : '',
  };
}
