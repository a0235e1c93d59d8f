/** The only source of the present moment. Below it, `now` is a parameter. */
export type Clock = { now(): Date };

export const systemClock: Clock = { now: () => new Date() };
