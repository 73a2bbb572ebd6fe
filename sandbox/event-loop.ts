import { clearTimeout, setTimeout } from 'node:timers';
import { setImmediate } from 'node:timers/promises';

/** Lets everything in this thread that can go on by itself go on once. */
export const nextTurn = (): Promise<void> => setImmediate();

/** Whether this thread has asked the system for files or addresses and waits for the answers, which no turn of the event loop hurries. */
export const systemRequestsUnderWay = (): boolean => hasActive(/^(FSReq|CloseReq|GetAddrInfo)/);

/** Whether this thread has a connection over which something may come by itself. */
export const isConnected = (): boolean => hasActive(/^TCP(Socket|Connect)/);

const hasActive = (kind: RegExp): boolean => process.getActiveResourcesInfo().some((name) => kind.test(name));

/** Waits for a promise, but no more than `ms` of real time. @returns whether it came */
export async function withinRealTime(ms: number, awaited: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  return Promise.race([awaited.then(() => true), over]).finally(() => clearTimeout(timer));
}
