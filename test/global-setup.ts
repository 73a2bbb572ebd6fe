import { synthesise } from '../sandbox/synthesise';

/** Bundles the functions and synthesises the app once, for every test that looks at templates or deploys them. */
export default async function globalSetup(): Promise<void> {
  await synthesise();
  // That has judged the templates by CloudFormation's rules. Judging those of the tests takes seconds in each file and fails none.
  process.env.CDK_VALIDATION = 'false';
}
