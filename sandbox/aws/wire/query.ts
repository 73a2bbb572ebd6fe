import type { HttpRequest, HttpResponse } from '../../http';
import type { AwsInput } from '../service';
import type { DecodedCall, WireProtocol } from './protocol';
import { xmlElement } from './xml';

const NAMESPACES: Readonly<Record<string, string>> = {
  sns: 'http://sns.amazonaws.com/doc/2010-03-31/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
};

/** The query protocol (SNS, STS): a form in, XML out. Its inputs hold text only; numbers and flags arrive as their digits and words. */
export const QUERY_PROTOCOL: WireProtocol = {
  decode(_service: string, request: HttpRequest): DecodedCall | undefined {
    const form = new URLSearchParams(request.body);
    const operation = form.get('Action');
    if (!operation) return undefined;
    form.delete('Action');
    form.delete('Version');
    return { operation, input: readForm(form) };
  },

  encode(service, operation, output, requestId) {
    const result = { [`${operation}Result`]: output, ResponseMetadata: { RequestId: requestId } };
    return respond(200, xmlElement(`${operation}Response`, result, NAMESPACES[service]), requestId);
  },

  encodeError(service, error, requestId) {
    const detail = { Type: error.status < 500 ? 'Sender' : 'Receiver', Code: error.code, Message: error.message };
    const body = xmlElement('ErrorResponse', { Error: detail, RequestId: requestId }, NAMESPACES[service]);
    return respond(error.status, body, requestId);
  },
};

type Tree = Map<string, Tree | string>;

function readForm(form: URLSearchParams): AwsInput {
  const root: Tree = new Map();
  for (const [path, value] of form) plant(root, path.split('.'), value);
  return Object.fromEntries([...root].map(([name, each]) => [name, grow(each)]));
}

function plant(tree: Tree, path: readonly string[], value: string): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    tree.set(name, value);
    return;
  }
  const found = tree.get(name);
  const branch: Tree = found instanceof Map ? found : new Map();
  tree.set(name, branch);
  plant(branch, rest, value);
}

/** A list arrives as `Tags.member.1.Key`, a map as `Attributes.entry.1.key` and `.value` (SNS's older maps say `Name` and `Value`). */
function grow(node: Tree | string): unknown {
  if (typeof node === 'string') return node;
  const [only] = [...node.keys()];
  const inner = only === undefined ? undefined : node.get(only);
  if (node.size === 1 && inner instanceof Map) {
    if (only === 'member') return inOrder(inner).map(grow);
    if (only === 'entry') return Object.fromEntries(inOrder(inner).map(pairOf));
  }
  return Object.fromEntries([...node].map(([name, each]) => [name, grow(each)]));
}

const inOrder = (list: Tree): (Tree | string)[] =>
  [...list].sort(([a], [b]) => Number(a) - Number(b)).map(([, each]) => each);

function pairOf(entry: Tree | string): [string, unknown] {
  if (typeof entry === 'string') return [entry, ''];
  const key = entry.get('key') ?? entry.get('Name') ?? '';
  return [String(key), grow(entry.get('value') ?? entry.get('Value') ?? '')];
}

function respond(status: number, body: string, requestId: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
}
