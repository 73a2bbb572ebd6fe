import { synthesise } from '../sandbox/synthesise';

/** Bundles the functions and synthesises the app once, for every test that looks at templates or deploys them. */
export default async function globalSetup(): Promise<void> {
  await synthesise();
}
