// Adds up the suites' reports and prints one closing line. Fails when a suite left no report or ran no test.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SUITES = ['test', 'redis', 'faults', 'e2e'];
const folder = process.argv[2];
const present = new Set(readdirSync(folder));
let passed = 0;
let failed = 0;
let complete = true;
for (const suite of SUITES) {
  if (!present.has(`${suite}.json`)) {
    console.log(`The suite ${suite} left no report.`);
    complete = false;
    continue;
  }
  const report = JSON.parse(readFileSync(join(folder, `${suite}.json`), 'utf8'));
  console.log(`${suite}: ${report.numPassedTests} passed, ${report.numFailedTests} failed`);
  passed += report.numPassedTests;
  failed += report.numFailedTests + (report.numFailedTestSuites > 0 && report.numFailedTests === 0 ? 1 : 0);
  if (report.numPassedTests === 0) complete = false;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && complete ? 0 : 1);
