#!/usr/bin/env node
import { runSandboxCommand } from '../sandbox/command-line';

// The SDK's advice about coming Node versions is for whoever updates it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

void runSandboxCommand(process.argv).then((exitCode) => {
  process.exitCode = exitCode;
});
