import type { KernelTime } from './kernel.ts';
import type { Cost } from './pairs.ts';
import type { Mode } from './service.ts';

export interface Row {
  readonly name: string;
  readonly costs: Readonly<Record<Mode, Cost>>;
}

export interface Result {
  readonly churn: Cost;
  readonly keepalive: Cost;
  readonly churnTurns: Cost;
  readonly keepaliveTurns: Cost;
  readonly churnConnectionsOnly: Cost;
  readonly keepaliveConnectionsOnly: Cost;
  readonly nanosPerConnection: number;
  readonly nanosPerRequest: number;
  readonly nanosPerConnectionTurns: number;
  readonly nanosPerRequestTurns: number;
  readonly kernel: Readonly<Record<Mode | 'churnTurns' | 'keepaliveTurns', KernelTime>>;
  readonly probe: readonly Row[];
  readonly peers: readonly {
    readonly name: string;
    readonly churnRatio: number;
    readonly keepaliveRatio: number;
    readonly seenShare: number;
    readonly costs: Row['costs'];
  }[];
  readonly pairs: number;
  readonly seconds: number;
}

const HEADING = ['', 'churn', 'keep-alive', 'connections seen', 'its own CPU'] as const;

/** For a terminal. */
export function text(result: Result): string {
  const rows = [HEADING, ...cells(result)];
  const widths = HEADING.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const aligned = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('   '),
  );
  return [...aligned, '', ...kernelLines(result)].join('\n');
}

/** For the README. */
export function markdown(result: Result): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`;
  return [
    line(HEADING),
    line(HEADING.map((_, column) => (column === 0 ? '---' : '---:'))),
    ...cells(result).map(line),
    '',
    ...kernelLines(result),
  ].join('\n');
}

function cells({ probe, peers }: Result): string[][] {
  return [...probe, ...peers].map(({ name, costs: { churn, keepalive } }) => [
    name,
    ratio(churn),
    ratio(keepalive),
    percent(churn.seenShare),
    Number.isNaN(churn.cores) ? '-' : `${churn.cores.toFixed(2)} / ${keepalive.cores.toFixed(2)}`,
  ]);
}

function kernelLines({ kernel, pairs, seconds, probe, peers }: Result): string[] {
  const per = (time: KernelTime) => `${Math.round(time.nanos)} ns in ${time.runs.toFixed(1)} runs`;
  const each = (mode: string, { programs }: KernelTime) =>
    programs.map(
      ({ name, nanosPerRun, runs }) =>
        `  ${mode} ${name.padEnd(16)} ${runs.toFixed(2).padStart(6)} runs of ${Math.round(nanosPerRun)} ns`,
    );
  const { churn, keepalive } = [...probe, ...peers][0]!.costs;
  return [
    `Requests a second with it for each without: median of ${pairs} pairs of ${seconds} s (middle half); ` +
      `${churn.perSecond.off} and ${keepalive.perSecond.off} a second without.`,
    `In the kernel, both ends together: ${per(kernel.churn)} a connection, ${per(kernel.keepalive)} a request;`,
    `with requests by turns ${per(kernel.churnTurns)} and ${per(kernel.keepaliveTurns)}.`,
    '',
    ...each('churn     ', kernel.churn),
    ...each('keep-alive', kernel.keepalive),
  ];
}

function ratio({ ratio, low, high }: Cost): string {
  return `${ratio.toFixed(3)} (${low.toFixed(2)}-${high.toFixed(2)})`;
}

function percent(share: number): string {
  return share < 0.0995 ? `${(100 * share).toFixed(2)} %` : `${(100 * share).toFixed(1)} %`;
}
