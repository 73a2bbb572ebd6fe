const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
};

/** One XML element of a plain value, as the query protocol writes it: `member` for a list's items, `entry` for a Map's, ISO 8601 for a Date. */
export function xmlElement(name: string, value: unknown, namespace?: string): string {
  if (value === undefined || value === null) return '';
  const attribute = namespace === undefined ? '' : ` xmlns="${escapeXml(namespace)}"`;
  return `<${name}${attribute}>${content(value)}</${name}>`;
}

function content(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Map) {
    return [...value].map(([key, each]) => xmlElement('entry', { key: String(key), value: each })).join('');
  }
  if (Array.isArray(value)) return value.map((each) => xmlElement('member', each)).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, each]) => xmlElement(name, each))
      .join('');
  }
  return escapeXml(String(value));
}

const escapeXml = (text: string): string => text.replace(/[&<>"'\r]/g, (character) => ESCAPES[character] ?? character);
