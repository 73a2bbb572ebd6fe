import { AwsError } from '../service';

/** The bootstrap bucket: where the files and directories of an assembly's assets can be found by their object key. */
export class AssetBucket {
  readonly #paths = new Map<string, string>();

  /** Makes assets available; the same key again keeps pointing at the same content, since keys are content hashes. */
  publish(assets: ReadonlyMap<string, string>): void {
    for (const [key, path] of assets) this.#paths.set(key, path);
  }

  /** Absolute path of an asset. Rejects as Lambda does for a missing object. */
  path(key: string): string {
    const path = this.#paths.get(key);
    if (path !== undefined) return path;
    throw new AwsError(
      'InvalidParameterValueException',
      `Error occurred while GetObject. S3 Error Code: NoSuchKey. (${key})`,
    );
  }
}
