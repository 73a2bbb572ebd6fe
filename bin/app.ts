import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import { isKeyRotationError } from '../lib/core/errors';
import { createApp } from '../lib/stacks/app';
import { environments } from './environments';

try {
  // The CLI takes validation upon itself and then lets findings pass (aws-cdk 2.1148.1): here they fail the synthesis.
  const app = createApp(environments, { postCliContext: { '@aws-cdk/core:failSynthOnValidationErrors': true } });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new NIST80053R5Checks(app));
  app.synth();
} catch (error) {
  // Where it was thrown helps nobody to mend a configuration.
  if (!isKeyRotationError(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
