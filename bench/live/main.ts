import { parseArgs } from 'node:util';
import { FAULTS, startWorld } from '../world/index.ts';
import { type Outcome, runQuiet, runScenario, type Scenario } from './scenarios.ts';

/** `npm run -s bench -- live [--scenarios all|NAME,NAME…] [--quiet MINUTES] [--rate N] [--keep DIR] [--json]` */
const { values } = parseArgs({
  options: {
    scenarios: { type: 'string', default: 'all' },
    quiet: { type: 'string', default: '10' },
    rate: { type: 'string', default: '12' },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Each fault at each of its places, or at the named ones (`bad-version`, `bad-version:PLACE`). */
function scenarios(chosen: string): readonly Scenario[] {
  const all = Object.entries(FAULTS)
    .filter(([name]) => name !== 'nothing' && name !== 'rollout')
    .flatMap(([fault, { places }]) => places.map((place): Scenario => ({ fault, place })));
  if (chosen === 'all') return all;
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

const options = { progress: say, ...(values.keep === undefined ? {} : { keep: values.keep }) };
const world = await startWorld({ progress: say });
const outcomes: Outcome[] = [];
let quiet = { asked: 0, wrong: [] as readonly unknown[] };
try {
  await world.load(Number(values.rate));
  for (const scenario of scenarios(values.scenarios))
    outcomes.push(await runScenario(world, scenario, options));
  if (Number(values.quiet) > 0) quiet = await runQuiet(world, Number(values.quiet));
} finally {
  await world.stop();
}

const result = {
  scenarios: outcomes.map(({ name, injected, found, right, mechanism, secondsToFind }) => ({
    name,
    injected,
    found,
    right,
    mechanism,
    secondsToFind,
  })),
  quiet: { minutes: Number(values.quiet), asked: quiet.asked, falseFindings: quiet.wrong.length },
};
if (values.json) {
  console.log(JSON.stringify(result));
} else {
  for (const { name, right, secondsToFind, found } of result.scenarios) {
    console.log(
      `${right ? 'right' : 'wrong'}  ${name.padEnd(32)} ${secondsToFind === null ? '   -' : `${secondsToFind} s`.padStart(4)}  ${found}`,
    );
  }
  console.log(
    `quiet  ${result.quiet.minutes} min, asked ${result.quiet.asked} times, ${result.quiet.falseFindings} false`,
  );
}
