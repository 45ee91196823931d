/**
 * A probe in a process of its own that drops its capabilities, which cannot be undone: `dropped.ts OPTIONS` takes the
 * probe's options as JSON. Answers each line of standard input that is a number with a line of JSON, once so many
 * connections have ended; ends with its input.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ProbeOptions } from '../probe.ts';
import { observe } from './observe.ts';

const options = JSON.parse(process.argv[2]!) as Omit<ProbeOptions, 'onFlows' | 'onEnded'>;
const { probe, ended, untilEnded } = await observe({ ...options, dropCapabilities: true });

const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);
/** Of every thread: dropping is a matter of each. */
const effective = () =>
  readdirSync('/proc/self/task').map(
    (thread) => /^CapEff:\s*(.*)$/m.exec(readFileSync(`/proc/self/task/${thread}/status`, 'utf8'))![1],
  );

say({ effective: effective(), features: probe.features });
for await (const line of createInterface({ input: process.stdin })) {
  await untilEnded(Number(line));
  say({ ended, effective: effective(), counters: probe.counters() });
}
await probe.stop();
process.exit(0);
