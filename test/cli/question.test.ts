import { PassThrough } from 'node:stream';
import { saysYes } from '../../lib/cli/question';

/** What comes of a question when this is typed, and then the input ends. */
function answering(typed: string) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const said = saysYes('Go on?', input, output);
  input.end(typed);
  return { said, output };
}

describe('a question', () => {
  it.each(['yes\n', 'YES\r\n', '  yes \nno\n'])('takes %j for a yes', async (typed) => {
    expect(await answering(typed).said).toBe(true);
  });

  it.each(['y\n', 'no\n', '\n', 'yes please\n', ''])('takes %j for a no', async (typed) => {
    expect(await answering(typed).said).toBe(false);
  });

  it('says which answers there are', async () => {
    const { said, output } = answering('no\n');
    await said;
    expect(String(output.read())).toContain('Go on? (yes/no) ');
  });
});
