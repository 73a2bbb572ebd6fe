import { BASE_URL, documentOf } from '../claude-world';
import { askAdmin, bearer, HELLO, type Row, refusalOf, sayHello } from './row';

/** What every request and answer has. */
export const WIRE_ROWS: readonly Row[] = [
  {
    id: 'bearer',
    mark: 'C',
    source: 'documentation, authentication',
    does: 'accepts a key in Authorization: Bearer',
    play: async ({ world, key }) => {
      expect((await world.send('GET', '/v1/models', bearer(key.rawKey))).status).toBe(200);
    },
  },
  {
    id: 'x-api-key',
    mark: 'C',
    source: 'documentation, authentication',
    does: 'still accepts a key in x-api-key',
    play: async ({ world, key }) => {
      expect((await world.send('GET', '/v1/models', { 'x-api-key': key.rawKey })).status).toBe(200);
    },
  },
  {
    id: 'sdk-sends-bearer',
    mark: 'EXP',
    source: 'SDK 1.11.0 on the wire',
    does: 'is called by the SDK with a bearer alone, and version 2026-10-21',
    play: async ({ world, key }) => {
      await world.sdk(key.rawKey).models.list();
      const headers = world.requests[0]?.headers;
      expect(headers?.['anthropic-version']).toBe('2026-10-21');
      expect(headers?.authorization?.startsWith('Bearer ')).toBe(true);
      expect(headers?.['x-api-key']).toBeUndefined();
    },
  },
  {
    id: 'sdk-sends-admin-key',
    mark: 'C',
    source: 'SDK client.ts',
    does: 'is sent admin keys as bearers too',
    play: async ({ world }) => {
      await world.sdk(world.adminKey).organization.apiKeys.list();
      expect(world.requests[0]?.headers.authorization?.startsWith('Bearer ')).toBe(true);
    },
  },
  {
    id: 'versions',
    mark: 'C',
    source: 'documentation, versioning',
    does: 'serves versions 2023-06-01 and 2026-10-21',
    play: async ({ world, key }) => {
      for (const version of ['2023-06-01', '2026-10-21']) {
        const headers = { ...bearer(key.rawKey), 'anthropic-version': version };
        expect((await world.send('GET', '/v1/models', headers)).status).toBe(200);
      }
    },
  },
  {
    id: 'version-required',
    mark: 'C',
    source: 'documentation, versioning',
    does: 'rejects a request without a version, or with one it does not serve',
    play: async ({ world, key }) => {
      for (const version of [{}, { 'anthropic-version': '2024-01-01' }]) {
        const response = await world.fetch(`${BASE_URL}/v1/models`, { headers: { ...bearer(key.rawKey), ...version } });
        expect(await refusalOf(response)).toMatchObject({ status: 400, type: 'invalid_request_error' });
      }
    },
  },
  {
    id: 'identity-headers',
    mark: 'C',
    source: 'documentation, workspaces',
    does: 'names the request, the organization, and the workspace that a key resolved to, the default one too',
    play: async ({ world, organization, key }) => {
      const { response } = await world.sdk(key.rawKey).models.list().withResponse();
      expect(response.headers.get('request-id')).toMatch(/^req_/);
      expect(response.headers.get('anthropic-organization-id')).toBe(organization.id);
      expect(response.headers.get('anthropic-workspace-id')).toBe(organization.defaultWorkspaceId);
    },
  },
  {
    id: 'no-workspace-on-admin',
    mark: 'C',
    source: 'documentation, workspaces',
    does: 'names no workspace on an Admin API call',
    play: async (stage) => {
      const response = await askAdmin(stage, '/v1/organizations/api_keys');
      expect(response.headers.get('anthropic-organization-id')).toBe(stage.organization.id);
      expect(response.headers.get('anthropic-workspace-id')).toBeNull();
    },
  },
  {
    id: 'no-identity-on-401',
    mark: 'C',
    source: 'documentation, workspaces',
    does: 'names neither organization nor workspace when it rejects a key',
    play: async ({ world }) => {
      for (const headers of [{}, bearer('not-a-key'), { 'x-api-key': 'not-a-key' }]) {
        const response = await world.send('GET', '/v1/models', headers);
        expect(response.headers.get('anthropic-organization-id')).toBeNull();
        expect(response.headers.get('anthropic-workspace-id')).toBeNull();
        expect(await refusalOf(response)).toMatchObject({ status: 401, type: 'authentication_error' });
      }
    },
  },
  {
    id: 'error-body',
    mark: 'C',
    source: 'SDK shared.ts',
    does: 'describes an error by a type, words, and details only where there is a code',
    play: async ({ world, key }) => {
      const response = await world.send('POST', '/v1/messages', bearer(key.rawKey), { ...HELLO, model: 'gone' });
      const body = await documentOf(response);
      expect(body).toEqual({
        type: 'error',
        error: { type: 'not_found_error', message: expect.any(String) },
        request_id: response.headers.get('request-id'),
      });
    },
  },
  {
    id: 'error-code',
    mark: 'C',
    source: 'SDK core/error.ts',
    does: 'gives a code under details, which the SDK shows as errorCode',
    play: async (stage) => {
      stage.organization.standing.begin('on_hold');
      expect(await refusalOf(await sayHello(stage))).toMatchObject({ code: 'organization_on_hold' });
    },
  },
];
