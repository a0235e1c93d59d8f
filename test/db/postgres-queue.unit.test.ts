import { expect, test } from 'vitest';

// patches/postgres+3.4.9.patch: see porsager/postgres issue 747. Each query moves its connection between queues, so
// this queue is on the path of every query.
type Queue<T> = { length: number; push(x: T): T; shift(): T | undefined; remove(x: T): T | null };

const { default: createQueue } = (await import(
  new URL('../../node_modules/postgres/src/queue.js', import.meta.url).href
)) as { default: <T>(initial?: T[]) => Queue<T> };

let looked = 0;
let held = 0;

/** Counts how far `remove` searches and how much the queue holds. */
class WatchedArray<T> extends Array<T> {
  override indexOf(x: T, from = 0): number {
    looked += this.length - from;
    held = this.length;
    return super.indexOf(x, from);
  }
}

test('removing a connection costs the same after many queries as after few', () => {
  const queue = createQueue<number>(WatchedArray.from([1, 2, 3]));
  looked = 0;
  for (let turn = 0; turn < 20_000; turn += 1) {
    queue.push(turn + 10);
    queue.shift();
    queue.remove(-1);
  }
  expect(queue.length).toBe(3);
  expect(looked / 20_000).toBeLessThan(10);
  expect(held).toBeLessThan(4096);
});

test('the queue still hands out in order and removes from the middle', () => {
  const queue = createQueue<number>();
  for (let i = 0; i < 3000; i += 1) queue.push(i);
  for (let i = 0; i < 2000; i += 1) expect(queue.shift()).toBe(i);
  expect(queue.remove(2500)).toBe(2500);
  expect(queue.remove(1999)).toBeNull();
  expect(queue.length).toBe(999);
  const rest = Array.from({ length: 999 }, () => queue.shift());
  expect(rest).toEqual(Array.from({ length: 1000 }, (_, i) => 2000 + i).filter((i) => i !== 2500));
  expect(queue.length).toBe(0);
});
