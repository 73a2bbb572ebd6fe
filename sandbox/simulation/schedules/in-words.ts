import type { Setting, Step } from './schedule';
import { SERVICES } from './services';

/** One step as a short sentence. */
export function inWords(step: Step, setting: Pick<Setting, 'services'>): string {
  const of = ({ service }: { readonly service: number }): string => SERVICES[service % setting.services] ?? '';
  switch (step.kind) {
    case 'pass':
      return `${duration(step.minutes)} pass, with ${step.runs === 1 ? '1 run' : `${step.runs} runs`} of the reconciler`;
    case 'reconcile':
      return 'the reconciler runs';
    case 'reconcile-one':
      return `the reconciler runs for ${of(step)}`;
    case 'rotate':
      return `a rotation of ${of(step)} is started`;
    case 'retry':
      return `the rotation of ${of(step)} is tried again`;
    case 'redeliver':
      return `a step of ${of(step)} is delivered again: of rotation ${step.token} before the newest, step ${step.step}`;
    case 'undo':
      return `an operator undoes the last rotation of ${of(step)}`;
    case 'revoke':
      return `an operator says that a key of ${of(step)} has leaked (${step.key})`;
    case 'stage':
      return `an operator stages a new key for ${of(step)}${step.expiresInDays ? `, which expires in ${step.expiresInDays} days` : ''}`;
    case 'stage-existing':
      return `an operator tries to stage key ${step.key} for ${of(step)}`;
    case 'move-current':
      return `by hand, AWSCURRENT of ${of(step)} is moved to another version (${step.version})`;
    case 'put-value':
      return `by hand, ${step.value === 'placeholder' ? 'the placeholder' : 'a text that is no key'} is put into the secret of ${of(step)}`;
    case 'drop-pending':
      return `by hand, AWSPENDING of ${of(step)} is taken off`;
    case 'cancel-rotation':
      return `by hand, rotation of ${of(step)} is turned off`;
    case 'resume-rotation':
      return `an operator resumes rotation of ${of(step)}`;
    case 'delete-secret':
      return `by hand, the secret of ${of(step)} is deleted`;
    case 'restore-secret':
      return `by hand, the secret of ${of(step)} is restored`;
    case 'delete-spare':
      return `by hand, the parameter of a spare of ${of(step)} is deleted (${step.spare})`;
    case 'set-status':
      return `in the Console, key ${step.key} is made ${step.status}`;
    case 'rename':
      return `in the Console, key ${step.key} is renamed`;
    case 'leak':
      return `key ${step.key} is found in public`;
    case 'make-key':
      return 'in the Console, a key is made that nobody stages';
    case 'do-as-asked':
      return 'people disable the keys that they were told to';
    case 'unregister':
      return `${of(step)} is removed`;
    case 'register':
      return `${of(step)} is registered`;
    case 'policy':
      return `${of(step)} gets another policy: ${JSON.stringify(step.change)}`;
    case 'report':
      return `from now on, the usage report is ${step.how}${step.how === 'late' ? ` by ${step.hours} hours` : ''}`;
    case 'overstay':
      return `a consumer of ${of(step)} does not let go of the current key`;
    case 'let-go':
      return `that consumer of ${of(step)} reads the key again`;
    case 'traffic':
      return `consumers of ${of(step)} are ${step.on ? 'at work' : 'idle'}`;
    case 'fault':
      return `of the calls from now on, number ${step.nth} goes wrong: ${step.fault}`;
    case 'meanwhile':
      return `${inWords(step.run, setting)}; at its call ${step.at}, meanwhile, ${inWords(step.other, setting)} (turns ${step.turns})`;
  }
}

function duration(minutes: number): string {
  if (minutes < 60) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  if (minutes < 24 * 60) return `${minutes / 60} hours`;
  return `${Math.round((minutes / 60 / 24) * 10) / 10} days`;
}
