/** Where a mail server may misbehave. `body`: the mail was read and not taken; `message`: taken and not answered yet. */
export const SINK_STAGES = ['greeting', 'ehlo', 'auth', 'mail', 'rcpt', 'data', 'body', 'message'] as const;
export type SinkStage = (typeof SINK_STAGES)[number];

export type SinkFault = {
  stage: SinkStage;
  /** Only for this recipient; at `greeting` and `ehlo` nobody is known yet. */
  to?: string;
  /** How often it strikes; always, when absent. */
  times?: number;
} & (
  | { does: 'hang' | 'drop' }
  /** Stands still until the parent lets it go on, and says so. */
  | { does: 'hold' }
  | { does: 'slow'; ms: number }
  | { does: 'reply'; reply: string }
);

/** One mail that the sink took: in its journal before the client heard of it. */
export type Delivery = {
  /** The worker, by the name it signed in with. */
  user: string;
  from: string;
  to: string;
  messageId: string;
  /** The token of the answer link in the text. */
  link: string | null;
  /** MAIL FROM, and the end of the message, by the machine's clock. */
  startedAt: number;
  acceptedAt: number;
};

export type SinkOrder = { faults: SinkFault[] } | { go: true };
export type SinkReport =
  | { port: number }
  /** Orders taken; so many of the earlier ones never struck as often as they were to. */
  | { unused: number }
  | { holding: SinkStage }
  | { accepted: Delivery[] };
