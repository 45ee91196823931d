// `npm test`: prepares the machine as far as it may, then types, lint, unit, integration, live-kernel and browser tests.
// Ends with what was skipped and why, and one line `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installSystemPackages } from './apt.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const requireAll = process.env.FAULTLINE_REQUIRE === 'all';
const scratch = mkdtempSync(join(tmpdir(), 'faultline-test-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** One line of the ledger at the end. */
const ledger = { passed: 0, failed: 0, skipped: [] };

function run(title, command, args, options = {}) {
  console.log(`\n── ${title}`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options,
  });
  if (error) console.log(`${command}: ${error.message}`);
  return status === 0;
}

function check(title, command, args) {
  if (run(title, command, args)) ledger.passed++;
  else ledger.failed++;
}

/** A preparation whose failure is not a failed check: the tests that need it are skipped and say why. */
function prepare(title, command, args) {
  if (!run(title, command, args)) console.log(`${title}: not done; what needs it is skipped`);
}

function tests(project) {
  const outcome = join(scratch, `${project}.json`);
  const arguments_ = [
    'vitest',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=./.ci/reporter.ts',
    ...process.argv.slice(2),
  ];
  const fine = run(`tests: ${project}`, 'npx', ['--no-install', ...arguments_], {
    env: { ...process.env, FAULTLINE_TEST_OUTCOME: outcome },
  });
  if (!existsSync(outcome)) {
    ledger.failed++;
    return;
  }
  const { passed, failed, skipped } = JSON.parse(readFileSync(outcome, 'utf8'));
  ledger.passed += passed;
  // A runner that failed without a failing test (a broken file, an unhandled rejection) is a failure all the same.
  ledger.failed += failed > 0 || fine ? failed : 1;
  ledger.skipped.push(...skipped);
}

if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) {
  if (!run('packages: npm ci', 'npm', ['ci', '--no-audit', '--no-fund'])) process.exit(1);
}
installSystemPackages();
prepare('build: kernel programs and native addon', 'node', ['probe/build.mjs']);
check('build: commands', 'node', ['ui/cli/build.mjs']);
check('build: page', 'npx', [
  '--no-install',
  'vite',
  'build',
  '--config',
  'ui/web/vite.config.ts',
  '--logLevel',
  'warn',
]);
check('types', 'npx', ['--no-install', 'tsc', '--noEmit']);
check('types: page', 'npx', ['--no-install', 'tsc', '--noEmit', '-p', 'ui/web']);
check('lint', 'npx', ['--no-install', 'biome', 'ci', '.']);
tests('rooms');
tests('live');

if (ledger.skipped.length > 0) {
  console.log('\nSkipped:');
  for (const { test, reason } of ledger.skipped) console.log(`  ${test}: ${reason}`);
}
/* What the network does not give (other kernels) is no fault of this checkout; it still counts as skipped. */
const unexcused = ledger.skipped.filter(({ reason }) => !reason.startsWith('cannot be fetched here'));
if (requireAll && unexcused.length > 0) console.log('FAULTLINE_REQUIRE=all: a skipped check is a failure');
console.log(`\n${ledger.passed} passed, ${ledger.failed} failed, ${ledger.skipped.length} skipped`);
process.exitCode = ledger.failed > 0 || (requireAll && unexcused.length > 0) ? 1 : 0;
