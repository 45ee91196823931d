import { parseArgs } from 'node:util';
import { FaultlineError } from '../../probe/index.ts';
import { FAULTS, findFault, type Injected, startWorld, type World } from './index.ts';

const HELP = `npm run -s bench -- world [--rate 20] [--fault NAME] [--place PLACE] [--after 60s] [--for 30s]

Starts the test world, a shop of 26 pods on 3 nodes in 2 zones, puts load on it and keeps it running until Ctrl-C, which
removes it again. Needs root.

  --rate N       user journeys per second (20)
  --fault NAME   switch this fault on …
  --place PLACE  … here (each fault has a usual place) …
  --after TIME   … so long after the start (60s) …
  --for TIME     … and off again after so long; without it the fault stays
  --short        one request per connection
  --list         the faults and their places
`;

function fail(error: unknown): never {
  if (!(error instanceof FaultlineError)) throw error;
  console.error(`${error.code}: ${error.message} ${error.hint}`);
  process.exit(error.code.startsWith('FL-6') ? 2 : 1);
}

function usage(message: string): never {
  return fail(new FaultlineError('FL-620', message, 'See `npm run -s bench -- world --help`.'));
}

function parse() {
  try {
    return parseArgs({
      options: {
        rate: { type: 'string', default: '20' },
        fault: { type: 'string' },
        place: { type: 'string' },
        after: { type: 'string', default: '60s' },
        for: { type: 'string' },
        short: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return usage(`${(error as Error).message}.`);
  }
}

/** `90`, `90s`, `2m` or `500ms` in milliseconds. */
function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text);
  if (match === null) return usage(`"${text}" is no time such as 30s or 2m.`);
  const unit = { ms: 1, s: 1000, m: 60_000 }[match[2] ?? 's'] ?? 1000;
  return Number(match[1]) * unit;
}

function list(): string {
  return Object.entries(FAULTS)
    .map(
      ([name, { summary, places }]) =>
        `${name.padEnd(14)} ${summary}\n${' '.repeat(15)}at ${places.join(', ')}`,
    )
    .join('\n');
}

function describe({ fault, place, truth }: Injected): string {
  if (truth === null) return `${fault} at ${place}: nothing is broken`;
  const domain = truth.domain.map(({ side, tag, value }) => `${side} ${tag} ${value}`).join(' and ');
  return `${fault} at ${place}: ${domain || 'no tag tells it'} (${truth.mechanisms.join(' or ')})`;
}

function watchLine({ netnsPattern, objectsFile }: World): string {
  return `npx faultline up --netns '${netnsPattern}' --objects ${objectsFile}`;
}

const options = parse();
if (options.help) {
  process.stdout.write(HELP);
} else if (options.list) {
  console.log(list());
} else {
  await run().catch(fail);
}

async function run(): Promise<void> {
  const rate = Number(options.rate);
  if (!(rate > 0)) usage(`"${options.rate}" is no rate.`);
  const after = duration(options.after);
  const length = options.for === undefined ? null : duration(options.for);
  if (options.fault !== undefined) findFault(options.fault, options.place);
  const world = await startWorld({
    requestsPerConnection: options.short ? 1 : 10,
    progress: (step) => say(step),
  });
  console.log(
    `\nWatch it:\n  ${watchLine(world)}\nKubernetes API: ${world.apiUrl} (${world.kubeconfigFile})\n`,
  );
  await world.load(rate);
  say(`${rate} journeys per second; Ctrl-C ends it`);
  if (options.fault === undefined) return;
  await schedule(world, options.fault, options.place, after, length);
}

async function schedule(
  world: World,
  fault: string,
  place: string | undefined,
  after: number,
  length: number | null,
): Promise<void> {
  await sleep(after);
  const injected = await world.inject(fault, place).catch(async (error: unknown) => {
    await world.stop();
    throw error;
  });
  say(describe(injected));
  if (length === null) return;
  await sleep(length);
  await injected.undo();
  say(`${fault} is over`);
}

function say(text: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
