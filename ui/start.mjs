// `npm start`: brings a fresh clone to the running demo. Plain Node without packages, since it is what installs them.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    'FL-503',
    `This is Node ${process.versions.node}, faultline needs 20.19 or newer. Install a newer Node.`,
  );
}

if (modified(at('package-lock.json')) > modified(at('node_modules', '.package-lock.json'))) install();
const sources = [at('ui', 'web'), at('package-lock.json')];
if (newest(sources) > modified(at('ui', 'web', 'dist', 'index.html'))) {
  step('building the page (once)', 'npm', ['run', '--silent', 'build:web', '--', '--logLevel', 'warn']);
}

const { main } = await importCli();
process.exitCode = await main(['demo', ...process.argv.slice(2)]);

async function importCli() {
  const { register } = await import('tsx/esm/api');
  register();
  return import('./cli/main.ts');
}

/**
 * No package's own script is needed to run, and the native part's would ask for a compiler. `npm ci` refuses a lock file
 * that lacks optional packages of other platforms, as it does where a registry does not carry them; `npm install` takes
 * what the lock file says and leaves it as it is.
 */
function install() {
  const options = ['--ignore-scripts', '--no-fund', '--no-audit'];
  process.stderr.write('faultline: installing packages (once, about a minute) …\n');
  const { status } = spawnSync('npm', ['ci', ...options], { cwd: root, stdio: 'ignore' });
  if (status !== 0) step('installing them one by one', 'npm', ['install', '--no-save', ...options]);
}

/** Runs a command, its output shown as it comes; ends the program with its error when it fails. */
function step(what, command, args) {
  process.stderr.write(`faultline: ${what} …\n`);
  // Their output is progress: standard output belongs to the report.
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  const why = error === undefined ? `it ended with ${status}` : error.message;
  fail('FL-502', `${what} failed: ${why}. Look at the output above, then run npm start again.`);
}

function fail(code, text) {
  process.stderr.write(`${code}: ${text}\n`);
  process.exit(1);
}

function newest(paths) {
  return Math.max(...paths.map((path) => (isFolder(path) ? newestIn(path) : modified(path))));
}

function newestIn(folder) {
  const inside = readdirSync(folder, { withFileTypes: true }).filter(
    ({ name }) => name !== 'dist' && name !== 'node_modules' && !name.startsWith('.'),
  );
  return Math.max(
    0,
    ...inside.map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newestIn(path) : modified(path);
    }),
  );
}

/** Milliseconds since the epoch; 0 for what is not there. */
function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function isFolder(path) {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
