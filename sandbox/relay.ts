import type { HttpHandler, HttpRequest, HttpResponse } from './http';

/** A handler whose work is given to it later: addresses have to be known before there is anything to answer at them. */
export class Relay {
  #next: HttpHandler | undefined;
  readonly #observers: ((request: HttpRequest) => void)[] = [];

  constructor(private readonly name: string) {}

  connect(next: HttpHandler): void {
    this.#next = next;
  }

  /** Shows every request to come to an observer, before it is answered. */
  observe(observer: (request: HttpRequest) => void): void {
    this.#observers.push(observer);
  }

  readonly handle = async (request: HttpRequest): Promise<HttpResponse> => {
    if (!this.#next) throw new Error(`the simulated ${this.name} is not ready yet`);
    for (const observer of this.#observers) observer(request);
    return this.#next(request);
  };
}
