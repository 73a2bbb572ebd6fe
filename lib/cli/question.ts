import { createInterface } from 'node:readline';

/** Asks a question and waits for a line. Only yes is a yes; Ctrl-C, Ctrl-D and the end of the input are a no. */
export async function saysYes(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<boolean> {
  const line = createInterface({ input, output });
  try {
    const answer = await new Promise<string>((resolve) => {
      line.once('close', () => resolve(''));
      line.question(`${question} (yes/no) `, resolve);
    });
    return answer.trim().toLowerCase() === 'yes';
  } finally {
    line.close();
  }
}
