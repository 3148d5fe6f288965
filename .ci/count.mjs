// Prints the closing line of CI: the tests that passed and failed, a failed step counting as one more.
import { readFileSync } from 'node:fs';

const [, , results, failedSteps] = process.argv;
let passed = 0;
let failed = Number(failedSteps);
try {
  const counts = JSON.parse(readFileSync(results, 'utf8'));
  passed = counts.numPassedTests;
  failed += counts.numFailedTests;
  if (passed === 0 || counts.success !== true) failed = Math.max(failed, 1);
} catch {
  failed = Math.max(failed, 1);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
