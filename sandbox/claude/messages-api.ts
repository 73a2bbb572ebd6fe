import type { HttpRequest } from '../http';
import { badRequest, notFound } from './api-error';
import { betasOf, type InferenceScope } from './credential';
import { jsonBody } from './json-body';
import { isModel, TOKENS_PER_MESSAGE } from './models';
import type { ClaudeOrganization } from './organization';
import { QueryReader } from './query';

/** POST /v1/messages: a fixed answer, counted as one use of the key. */
export function createMessage(organization: ClaudeOrganization, request: HttpRequest, scope: InferenceScope): object {
  const model = checkedModel(request, ['model', 'messages', 'max_tokens', 'system', 'metadata', 'temperature']);
  organization.recordUse(scope.keyId, scope.workspaceId, model);
  return {
    id: 'msg_01sandbox',
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: 'Hello.' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: TOKENS_PER_MESSAGE.input,
      output_tokens: TOKENS_PER_MESSAGE.output,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
    },
  };
}

/** POST /v1/messages/count_tokens: free, and no use of the key that the report would show. */
export function countTokens(request: HttpRequest): object {
  checkedModel(request, ['model', 'messages', 'system']);
  return { input_tokens: TOKENS_PER_MESSAGE.input };
}

function checkedModel(request: HttpRequest, fields: readonly string[]): string {
  betasOf(request);
  new QueryReader(request.path, request.query).end();
  const { model, messages, max_tokens: maxTokens } = jsonBody(request, fields);
  if (typeof model !== 'string') throw badRequest('model: required');
  if (!Array.isArray(messages) || messages.length === 0) throw badRequest('messages: at least one is required');
  if (fields.includes('max_tokens') && !Number.isInteger(maxTokens)) throw badRequest('max_tokens: required');
  if (!isModel(model)) throw notFound(`model: ${model}`);
  return model;
}
