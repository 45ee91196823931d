import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** Writes passed and failed counts and every skipped test with its reason to FAULTLINE_TEST_OUTCOME. */
export default class OutcomeReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const outcome = { passed: 0, failed: 0, skipped: [] as { test: string; reason: string }[] };
    for (const module of modules) {
      if (module.state() === 'failed' && module.errors().length > 0) outcome.failed++;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') outcome.passed++;
        else if (result.state === 'failed') outcome.failed++;
        else
          outcome.skipped.push({
            test: `${module.relativeModuleId} > ${test.fullName}`,
            reason: reasonOf(result),
          });
      }
    }
    const file = process.env.FAULTLINE_TEST_OUTCOME;
    if (file !== undefined) writeFileSync(file, JSON.stringify(outcome));
  }
}

function reasonOf(result: { state: string; note?: string | undefined }): string {
  return result.note ?? (result.state === 'pending' ? 'did not run to its end' : 'no reason given');
}
