const { statSync } = require('node:fs');

/** Files that take a minute or more, the longest first. A machine that has never run them does not know. */
const LONG = [
  'cut-troubles',
  'cut-points',
  'sandbox-schedules',
  'sandbox/planted-bugs',
  'cut-pairs-of-creating',
  'quiet-month',
  'simulation/schedules',
  'many-services',
  'cut-pairs-of-finishing',
  'cut-by-hand',
  'cut-bundles',
  'cut-commands',
  'lambda/reconcile',
  'policy/options',
  'planted-mistakes',
  'least-privilege',
  'monitoring/alarms',
  'deployed-same-calls',
  'needed-permissions',
];

/** Starts long files before short ones, so that no worker is left alone with a long one at the end; the others by their size. */
module.exports = class LongestFirst {
  sort(tests) {
    return [...tests].sort(
      (one, other) => rankOf(one.path) - rankOf(other.path) || sizeOf(other.path) - sizeOf(one.path),
    );
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
};

function rankOf(path) {
  const rank = LONG.findIndex((name) => path.endsWith(`${name}.test.ts`));
  return rank < 0 ? LONG.length : rank;
}

const sizeOf = (path) => statSync(path).size;
