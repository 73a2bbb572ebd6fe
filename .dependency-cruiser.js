/** Which folder may import which: docs/architecture.md draws it. Everything that is not allowed here is an error. */

const folder = (path) => `^${path}/`;
const folderOrFile = (path) => `^${path}(/|\\.)`;
/** What the packages of these names resolve to. */
const packages = (...names) => `^node_modules/(${names.join('|')})(/|$)`;

const only = (name, from, ...to) => ({
  name,
  comment: `${from} imports only ${to.join(', ') || 'itself'}`,
  severity: 'error',
  from: { path: folder(from) },
  to: { path: '^(lib|lambda|sandbox|bin|test)/', pathNot: [from, ...to].map(folderOrFile) },
});

const CDK = packages('aws-cdk-lib', 'constructs', 'cdk-nag');
const SDK = packages('@aws-sdk', '@smithy', '@anthropic-ai', '@aws-lambda-powertools');

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('contract-imports-nothing', 'lib/contract'),
    only('core-is-pure', 'lib/core', 'lib/contract'),
    {
      name: 'keys-live-unwatched',
      comment: 'what becomes of a key never depends on who is told of it',
      severity: 'error',
      from: { path: folder('lib/core/keys') },
      to: { path: folder('lib/core/monitoring') },
    },
    only('issuers', 'lib/issuers', 'lib/core', 'lib/contract'),
    only('aws', 'lib/aws', 'lib/core', 'lib/contract'),
    only('config', 'lib/config', 'lib/core', 'lib/contract'),
    only('client', 'lib/client', 'lib/core', 'lib/contract'),
    only('functions', 'lambda', 'lib/core', 'lib/issuers', 'lib/aws', 'lib/contract'),
    only('constructs', 'lib/constructs', 'lib/config', 'lib/contract', 'lib/core/errors'),
    only('stacks', 'lib/stacks', 'lib/constructs', 'lib/config', 'lib/contract'),
    only('cli', 'lib/cli', 'lib/core', 'lib/issuers', 'lib/aws', 'lib/contract'),
    {
      name: 'sandbox-stays-out-of-what-ships',
      severity: 'error',
      from: { path: '^(lib|lambda|bin)/', pathNot: '^bin/sandbox\\.ts$' },
      to: { path: folder('sandbox') },
    },
    {
      name: 'pure-code-knows-no-sdk',
      severity: 'error',
      from: { path: '^lib/(contract|core|config)/' },
      to: { path: [SDK, CDK] },
    },
    {
      name: 'functions-never-reach-the-cdk',
      severity: 'error',
      from: { path: '^(lambda|lib/aws|lib/issuers|lib/client|lib/cli)/', pathNot: '^lambda/bundle\\.ts$' },
      to: { path: [CDK, '^lib/(constructs|stacks)/'] },
    },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { pathNot: folder('test') },
      to: { path: folder('test') },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
