// Reads the JSON report of a Vitest run, for `.ci/run`:
//   report.mjs REPORT counts   → "PASSED FAILED", where a skipped test and a file that does not load count as failed
//   report.mjs REPORT failing  → the files in which something failed, relative to the current folder, one a line
//   report.mjs REPORT words    → each failure with its first lines
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [, , path, what] = process.argv;
const report = JSON.parse(readFileSync(path, 'utf8'));
const files = report.testResults.map((file) => {
  const failed = file.assertionResults.filter((test) => test.status !== 'passed');
  const isBroken = file.status === 'failed' && failed.length === 0;
  return { name: relative('.', file.name), message: file.message, failed, isBroken };
});
const failing = files.filter(({ failed, isBroken }) => failed.length > 0 || isBroken);

if (what === 'counts') {
  const broken = files.filter(({ isBroken }) => isBroken).length;
  console.log(report.numPassedTests, report.numFailedTests + report.numPendingTests + report.numTodoTests + broken);
} else if (what === 'failing') {
  for (const { name } of failing) console.log(name);
} else {
  for (const { name, failed, isBroken, message } of failing) {
    if (isBroken) console.log(`!! ${name} could not run\n${message}`);
    for (const test of failed) {
      console.log(`!! ${name} > ${test.fullName}: ${test.status}`);
      for (const words of test.failureMessages ?? []) console.log(words.split('\n').slice(0, 12).join('\n'));
    }
  }
}
