import type { CommandSpec, OptionSpec } from './command.ts';

/** Every command with its arguments, in the order of the help. Help, completion and the checks are read off this table. */

const json: OptionSpec = { value: null, help: 'one JSON document instead of text' };
const store: OptionSpec = { value: 'FILE', help: 'the edge table (default faultline.duckdb)' };
const listen: OptionSpec = { value: 'ADDR', help: 'where to serve the map (default 127.0.0.1:7070)' };
const at: OptionSpec = { value: 'TIME', help: 'the moment: 2026-11-20T03:12:00Z, 03:12 (UTC) or -5m' };
const from: OptionSpec = { value: 'TIME', help: 'start of the period' };
const to: OptionSpec = { value: 'TIME', help: 'end of the period (default: the newest record)' };

const cluster = {
  kubeconfig: { value: 'FILE', help: 'kubeconfig of the cluster (default: as kubectl finds it)' },
  server: { value: 'URL', help: 'address of the Kubernetes API' },
  objects: { value: 'FILE', help: 'a Kubernetes List instead of a cluster; read again when it changes' },
} satisfies Record<string, OptionSpec>;

const netns: OptionSpec = {
  value: 'PATTERN',
  multiple: true,
  help: 'only network namespaces whose name matches (may be repeated)',
};

const tls: OptionSpec = {
  value: 'PATTERN',
  multiple: true,
  help: 'read the clear text of TLS of these: process name, pid or cgroup path, globs (may be repeated)',
};

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'demo',
    summary: 'load the recorded incident, print the report on it, serve the map',
    positionals: [],
    options: {
      listen,
      capture: { value: 'FILE', help: 'another capture than the recorded one' },
      'no-serve': { value: null, help: 'print the report and end' },
      json,
    },
    examples: ['faultline demo', 'faultline demo --no-serve --json'],
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'up',
    summary: 'watch this machine: probe, names, edge table, analysis and map in one go',
    positionals: [],
    options: { store, listen, ...cluster, netns, tls, json },
    examples: ['faultline up', 'faultline up --objects cluster.yaml --store shop.duckdb'],
    load: () => import('./commands/up.ts'),
  },
  {
    name: 'flows',
    summary: 'print connections as they end, one line each',
    positionals: [],
    options: {
      for: { value: 'DURATION', help: 'stop after this long (default: until Ctrl-C)' },
      netns,
      tls,
      service: { value: 'NAME', help: 'only flows whose either end matches' },
      port: { value: 'N', help: 'only flows to this server port' },
      failed: { value: null, help: 'only flows that failed or had failed requests' },
      slow: { value: 'DURATION', help: 'only flows with a request at least this slow' },
      summary: { value: null, help: 'who talks to whom, once a second, like top' },
      ...cluster,
      text: { value: null, help: 'readable lines even when the output is no terminal' },
      json: { value: null, help: 'JSON lines even in a terminal' },
    },
    examples: [
      'faultline flows --failed',
      'faultline flows --summary',
      'faultline flows --for 10s --service checkout --slow 100ms',
    ],
    load: () => import('./commands/flows.ts'),
  },
  {
    name: 'why',
    summary: 'name the failure domain behind a slow or failing service',
    positionals: [{ name: 'SERVICE', required: true }],
    options: {
      at,
      from,
      to,
      rows: { value: 'N', help: 'print the rows behind finding N' },
      coverage: { value: 'SHARE', help: 'end with 3 when less than this share was seen (0.99 or 99%)' },
      store,
      json,
      markdown: { value: null, help: 'a Markdown document' },
    },
    examples: ['faultline why checkout', 'faultline why shop/checkout --at 03:12 --markdown'],
    load: () => import('./commands/why.ts'),
  },
  {
    name: 'events',
    summary: 'what is new, gone or unlike the past: edges, versions, processes, failed connects, volumes',
    positionals: [],
    options: { from, to, store, json },
    examples: ['faultline events', 'faultline events --from 03:00 --to 04:00'],
    load: () => import('./commands/events.ts'),
  },
  {
    name: 'capacity',
    summary: 'what is about to break, and the time left: queues, ports, tables, connections, load',
    positionals: [],
    options: { at, store, json },
    examples: ['faultline capacity', 'faultline capacity --at -5m --json'],
    load: () => import('./commands/capacity.ts'),
  },
  {
    name: 'digest',
    summary: 'the anomalies of a night, grouped and ranked',
    positionals: [],
    options: {
      night: { value: 'DATE', help: 'the night that begins on this date (default: the newest recorded)' },
      zone: { value: 'ZONE', help: 'time zone of the night: Europe/Berlin (default UTC, or FAULTLINE_ZONE)' },
      from,
      to,
      store,
      json,
      'no-self-test': { value: null, help: 'do not test what the night would have seen (20 s)' },
      markdown: { value: null, help: 'a Markdown document, for a mail' },
    },
    examples: ['faultline digest', 'faultline digest --night 2026-11-19 --zone Europe/Berlin --markdown'],
    load: () => import('./commands/digest.ts'),
  },
  {
    name: 'map',
    summary: 'what a service talks to, and who calls it',
    positionals: [{ name: 'SERVICE', required: true }],
    options: {
      hops: { value: 'N', choices: ['1', '2', '3', '4'], help: 'how far to go (default 2)' },
      direction: { value: 'WHERE', choices: ['up', 'down', 'both'], help: 'callers, dependencies or both' },
      at,
      store,
      json,
      mermaid: { value: null, help: 'a Mermaid diagram' },
    },
    examples: ['faultline map cart', 'faultline map cart --hops 1 --direction up --mermaid'],
    load: () => import('./commands/map.ts'),
  },
  {
    name: 'search',
    summary: 'services, pods, addresses, images and nodes that match',
    positionals: [{ name: 'TEXT', required: true }],
    options: { store, json },
    examples: ['faultline search redis'],
    load: () => import('./commands/search.ts'),
  },
  {
    name: 'capture',
    summary: 'put a period into one file to look at elsewhere',
    positionals: [{ name: 'FILE', required: true }],
    options: { from, to, store, json },
    examples: ['faultline capture incident.duckdb --from 03:00 --to 04:00'],
    load: () => import('./commands/capture.ts'),
  },
  {
    name: 'replay',
    summary: 'open such a file: the same report, the same map',
    positionals: [{ name: 'FILE', required: true }],
    options: { listen, 'no-serve': { value: null, help: 'print the report and end' }, json },
    examples: ['faultline replay incident.duckdb'],
    load: () => import('./commands/replay.ts'),
  },
  {
    name: 'doctor',
    summary: 'what works on this machine and cluster, what is off, what is lost by it',
    positionals: [],
    options: {
      placement: {
        value: null,
        help: 'instead: which tags the present placement cannot tell apart, and what would',
      },
      ...cluster,
      store,
      json,
    },
    examples: ['faultline doctor', 'faultline doctor --placement --objects cluster.yaml'],
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'completion',
    summary: 'print a completion script for a shell',
    positionals: [{ name: 'SHELL', required: true, choices: ['bash', 'zsh'] }],
    options: {},
    examples: ['source <(faultline completion bash)'],
    load: () => import('./commands/completion.ts'),
  },
];

/** Commands of the contract that this version does not have yet. */
export const NOT_YET: ReadonlySet<string> = new Set(['agent', 'collect', 'import']);
