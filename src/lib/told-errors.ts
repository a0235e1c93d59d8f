/** Faults whose message is made for the person at the terminal: the command line prints it without a stack trace. */

/** A start that cannot succeed. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** A command that cannot be done as given. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
