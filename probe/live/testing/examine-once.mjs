/**
 * Prints as JSON what starting the probe and examining the machine say; run in a process of its own because it gives up
 * what that process may do. `argument`: `nobody` drops all privileges first.
 */
import { examine } from '../examine.ts';
import { startProbe } from '../probe.ts';

if (process.argv[2] === 'nobody') process.seteuid(65534);
let code = null;
try {
  const probe = await startProbe({ onFlows: () => {} });
  await probe.stop();
} catch (error) {
  code = error.code;
}
console.log(JSON.stringify({ code, features: await examine() }));
