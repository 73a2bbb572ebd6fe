import { badRequest } from './api-error';

/** The part of a path behind its `index`th slash, as the caller wrote it before encoding. */
export function pathPart(path: string, index: number): string {
  try {
    return decodeURIComponent(path.split('/')[index] ?? '');
  } catch {
    throw badRequest(`${path}: not a path`);
  }
}
