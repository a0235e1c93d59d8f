/** Of one address within a day; more are dropped without a word, so that nobody is mailed at again and again. */
export const OPEN_ANSWERS_PER_ADDRESS = 5;
/** Of one list within a day. */
export const OPEN_ANSWERS_PER_LIST = 500;
/** A list is open for at most so long at a time. */
export const OPEN_DAYS_MAX = 366;
