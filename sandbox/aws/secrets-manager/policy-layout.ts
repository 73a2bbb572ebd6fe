/** A policy as GetResourcePolicy gives it back: laid out anew, whatever it looked like when it was put. */
export const laidOut = (policy: string): string => layOut(JSON.parse(policy), '');

function layOut(value: unknown, indent: string): string {
  if (Array.isArray(value)) return `[ ${value.map((each) => layOut(each, indent)).join(', ')} ]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const fields = Object.entries(value).map(
    ([name, each]) => `${inner}${JSON.stringify(name)} : ${layOut(each, inner)}`,
  );
  return fields.length === 0 ? '{ }' : `{\n${fields.join(',\n')}\n${indent}}`;
}
