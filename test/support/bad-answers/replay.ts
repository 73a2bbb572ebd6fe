import type { HttpHandler, HttpRequest, HttpResponse } from '../../../sandbox/http';
import { type Damage, damaged, type IsLie } from './damage';

/** Remembers the true answers to a call, in their order. */
export class Recording {
  readonly answers: HttpResponse[] = [];

  /** Asks the true side, and remembers what it says. */
  readonly from =
    (truth: HttpHandler): HttpHandler =>
    async (request) => {
      const answer = await truth(request);
      this.answers.push(answer);
      return answer;
    };
}

/** Gives the recorded answers again, one of them damaged; the last one for as long as somebody asks. */
export class Replay {
  requests = 0;
  readonly #answers: readonly HttpResponse[];

  private constructor(answers: readonly HttpResponse[]) {
    this.#answers = answers;
  }

  /** Undefined where the damage would make an answer that is well-formed. @param nth which answer is damaged */
  static of({ answers }: Recording, damage: Damage, nth: number, isLie: IsLie): Replay | undefined {
    const place = nth % answers.length;
    const [truth] = answers.slice(place);
    const bad = truth && damaged(truth, damage, isLie);
    return bad && new Replay(answers.map((answer, index) => (index === place ? bad : answer)));
  }

  readonly handle: HttpHandler = async (_request: HttpRequest) => {
    const answer = this.#answers[Math.min(this.requests, this.#answers.length - 1)];
    this.requests += 1;
    if (!answer) throw new Error('nothing was recorded');
    return { ...answer, headers: { ...answer.headers } };
  };
}
