import { ACCESS } from './recorded/access';
import { DELETION } from './recorded/deletion';
import { EVENTS } from './recorded/events';
import { LISTS } from './recorded/lists';
import { OTHER_SERVICES } from './recorded/other-services';
import { ROTATION } from './recorded/rotation';
import { SCHEDULES } from './recorded/schedules';
import type { Recorded } from './recorded/source';
import { TEMPLATES } from './recorded/templates';
import { VALUES } from './recorded/values';

/** Every behaviour of AWS, known from outside, that the sandbox claims to have. */
export const RECORDED: readonly Recorded[] = [
  ...ROTATION,
  ...SCHEDULES,
  ...VALUES,
  ...LISTS,
  ...ACCESS,
  ...DELETION,
  ...EVENTS,
  ...TEMPLATES,
  ...OTHER_SERVICES,
];
