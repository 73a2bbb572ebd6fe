#!/usr/bin/env node
import { composePlatform } from '../lib/cli/compose';
import { main } from '../lib/cli/program';
import { realIo } from '../lib/cli/real-io';

// The SDK's advice about coming Node versions is for whoever updates it, not for an operator.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

void main(process.argv, realIo(), composePlatform(), process.env.CLAUDE_KEYS_DEBUG === '1').then((exitCode) => {
  process.exitCode = exitCode;
});
