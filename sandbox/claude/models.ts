/** A model, with the fields that both API versions share. */
export interface ModelView {
  readonly id: string;
  readonly type: 'model';
  readonly display_name: string;
  readonly created_at: string;
}

/** The models that can be called here, newest first. */
export const MODELS = [
  { id: 'claude-opus-5-5', type: 'model', display_name: 'Claude Opus 5.5', created_at: '2026-10-01T00:00:00Z' },
  { id: 'claude-haiku-5-5', type: 'model', display_name: 'Claude Haiku 5.5', created_at: '2026-09-01T00:00:00Z' },
] as const satisfies readonly ModelView[];

export const isModel = (id: unknown): boolean => MODELS.some((model) => model.id === id);

/** Tokens of every message here: the answer is fixed, so its size is too. */
export const TOKENS_PER_MESSAGE = { input: 14, output: 4 } as const;

/** What a message costs here, in thousandths of a cent: a number made up, the same for every model. */
export const MILLICENTS_PER_MESSAGE = 17;
