const { globalSetup, modulePathIgnorePatterns, ...config } = require('./jest.config.js');

/** For mutation testing: the app is synthesised once before (stryker.config.json), and the quick tests judge each mutant. */
/** @type {import('jest').Config} */
module.exports = { ...config, testMatch: ['<rootDir>/test/{core,issuers,lambda}/**/*.test.ts'] };
