import { randomBytes } from 'node:crypto';

/** Short ids that a person can read out: unique in this process by number, across processes by the drawn part. */
export function createRequestIds(): () => string {
  const process = randomBytes(4).toString('hex');
  let count = 0;
  return () => `${process}-${(++count).toString(36)}`;
}
