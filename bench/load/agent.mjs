/**
 * The probe in a process of its own, as an agent runs it: takes the options of `startProbe` as JSON, says `ready`, counts what
 * it is told until its input ends, then prints its books.
 */
import { register } from 'tsx/esm/api';

register();
const { startProbe } = await import('../../probe/index.ts');
const { port, ...options } = JSON.parse(process.argv[2]);
let ended = 0;
let flows = 0;
const probe = await startProbe({
  ...options,
  onFlows: (more) => {
    flows += more.length;
    for (const { role, remote, opened } of more) {
      if (role === 'client' && remote.port === port) ended += opened;
    }
  },
});
console.log('ready');
process.stdin.resume();
process.stdin.once('end', async () => {
  await probe.stop();
  console.log(JSON.stringify({ connections: ended, flows, lost: probe.counters().lost }));
});
