import { arch, release, type } from 'node:os';
import { style } from '../../report/style.ts';
import type { Call, ExitCode } from '../command.ts';
import { examineAll } from '../doctor/checks.ts';
import { placement } from '../doctor/placement.ts';
import { table } from '../doctor/table.ts';
import { EXIT_CODES, SENTENCES, verdictOf } from '../doctor/verdict.ts';
import { version } from '../listen.ts';

/** `faultline doctor`: what works here and by what, what is off, what is lost by it, what to do. */
export async function run(call: Call): Promise<ExitCode> {
  const { options, out } = call;
  if (options.flag('placement')) return placement(call);
  const machine = {
    system: type(),
    kernel: release(),
    architecture: arch(),
    node: process.versions.node,
    faultline: version(),
  };
  const sections = await examineAll(options);
  const verdict = verdictOf(sections);
  if (options.flag('json')) {
    const features = sections.flatMap(({ checks }) => checks);
    out.print(`${JSON.stringify({ machine, verdict, features }, null, 2)}\n`);
    return EXIT_CODES[verdict];
  }
  const { system, kernel, architecture, node, faultline } = machine;
  const paint = style(out.color);
  const checks = sections.flatMap((section) => section.checks);
  const on = checks.filter(({ state }) => state === 'on').length;
  out.print(
    `${paint.bold(`${system} ${kernel}`)} (${architecture}), Node ${node}, faultline ${faultline}\n\n`,
  );
  out.print(table(sections, out.width, paint));
  out.print(`\n${on} of ${checks.length} on. ${SENTENCES[verdict]}\n`);
  return EXIT_CODES[verdict];
}
