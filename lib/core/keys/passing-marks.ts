import { isPassingMark } from '../../contract/labels';
import type { SecretState, SecretVersions } from '../ports';

/** Takes off a version what its labels say of a retirement or a pause, as the secret was read. */
export async function dropPassingMarks(
  versionId: string,
  { arn, labels }: SecretState,
  versions: Pick<SecretVersions, 'moveLabel'>,
): Promise<void> {
  for (const label of (labels.get(versionId) ?? []).filter(isPassingMark)) {
    await versions.moveLabel(arn, label, { from: versionId });
  }
}
