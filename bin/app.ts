import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import { createApp } from '../lib/stacks/app';
import { environments } from './environments';

// The CLI takes validation upon itself and then lets findings pass (aws-cdk 2.1148.1): here they fail the synthesis.
const app = createApp(environments, { postCliContext: { '@aws-cdk/core:failSynthOnValidationErrors': true } });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new NIST80053R5Checks(app));
app.synth();
