import type { HttpRequest } from '../http';
import { betasOf } from './credential';
import { cutPage, type ListPage } from './list-page';
import { MODELS, type ModelView } from './models';
import { QueryReader } from './query';

/** GET /v1/models. */
export function listModels(request: HttpRequest): ListPage<ModelView> {
  betasOf(request);
  return cutPage<ModelView>(MODELS, () => true, new QueryReader(request.path, request.query));
}
