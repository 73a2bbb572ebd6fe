/** Something the sandbox does not model: it says so by name, rather than pretend. */
export class UnmodelledError extends Error {
  constructor(readonly what: string) {
    super(`the sandbox does not model ${what}; model it in sandbox/, or do without it`);
    this.name = 'UnmodelledError';
  }
}

/** A request that is turned away before anything simulated sees it, with the HTTP status that says so. */
export class RequestRefused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'RequestRefused';
  }
}
