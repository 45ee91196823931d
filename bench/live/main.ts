import { parseArgs } from 'node:util';
import { FAULTS, startWorld } from '../world/index.ts';
import { type Quiet, runQuiet, runRollout } from './quiet.ts';
import { type Outcome, runScenario, type Scenario } from './scenarios.ts';

/** `npm run -s bench -- live [--scenarios all|none|NAME,NAME:PLACE…] [--quiet MINUTES] [--rate N] [--keep DIR] [--json]` */
const { values } = parseArgs({
  options: {
    scenarios: { type: 'string', default: 'all' },
    quiet: { type: 'string', default: '10' },
    rate: { type: 'string', default: '12' },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

/** A healthy rollout is over in half a minute; what it leaves in the baseline is looked at as well. */
const ROLLOUT_MINUTES = 2;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Each fault at each of its places, or at the named ones (`bad-version`, `bad-version:PLACE`). */
function scenarios(chosen: string): readonly Scenario[] {
  const all = Object.entries(FAULTS)
    .filter(([name]) => name !== 'nothing' && name !== 'rollout')
    .flatMap(([fault, { places }]) => places.map((place): Scenario => ({ fault, place })));
  if (chosen === 'all') return all;
  if (chosen === 'none') return [];
  return chosen
    .split(',')
    .filter(Boolean)
    .flatMap((each) => {
      const [fault = '', ...place] = each.split(':');
      return place.length > 0
        ? [{ fault, place: place.join(':') }]
        : [all.find((one) => one.fault === fault) ?? { fault }];
    });
}

const minutes = Number(values.quiet);
const options = { progress: say, ...(values.keep === undefined ? {} : { keep: values.keep }) };
const world = await startWorld({ progress: say });
const outcomes: Outcome[] = [];
let quiet: Quiet | null = null;
let rollout: Quiet | null = null;
try {
  await world.load(Number(values.rate));
  for (const scenario of scenarios(values.scenarios))
    outcomes.push(await runScenario(world, scenario, options));
  if (minutes > 0) {
    quiet = await runQuiet(world, minutes, say);
    rollout = await runRollout(world, Math.min(minutes, ROLLOUT_MINUTES), say);
  }
} finally {
  await world.stop();
}

const counted = (of: Quiet | null) => ({
  asked: of?.asked ?? 0,
  unanswered: of?.unanswered ?? 0,
  falseFindings: of?.wrong.length ?? 0,
  busy: of?.busy ?? null,
});

const result = {
  scenarios: outcomes.map(({ name, injected, found, right, mechanism, secondsToFind, busy }) => ({
    name,
    injected,
    found,
    right,
    mechanism,
    secondsToFind,
    busy,
  })),
  quiet: { minutes, ...counted(quiet) },
  healthyRollout: counted(rollout),
};
if (values.json) {
  console.log(JSON.stringify(result));
} else {
  for (const { name, right, mechanism, secondsToFind, found } of result.scenarios) {
    const word = !right ? 'wrong' : mechanism ? 'right' : 'misnamed';
    const seconds = secondsToFind === null ? '   -' : `${secondsToFind} s`.padStart(4);
    console.log(`${word.padEnd(8)} ${name.padEnd(40)} ${seconds}  ${found}`);
  }
  const line = (name: string, { asked, falseFindings }: { asked: number; falseFindings: number }): string =>
    `${name}, asked ${asked} times, ${falseFindings} false`;
  console.log(line(`quiet  ${minutes} min`, result.quiet));
  console.log(line('a healthy rollout', result.healthyRollout));
}
