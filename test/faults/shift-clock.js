/**
 * Loaded into a real process with `node --import`, before anything else: moves its wall clock by what the parent says
 * over IPC, as an administrator or a broken time server would. The monotonic clock and timers stay, as they do then.
 */
const RealDate = Date;
let shiftMs = 0;

class MovedDate extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shiftMs);
    else super(...given);
  }

  static now() {
    return RealDate.now() + shiftMs;
  }
}
Object.defineProperty(MovedDate, 'name', { value: 'Date' });
globalThis.Date = MovedDate;

process.on('message', (message) => {
  if (typeof message?.shiftMs !== 'number') return;
  shiftMs = message.shiftMs;
  process.send({ shiftedMs: shiftMs });
});
// It must not outlive the test run that started it.
process.on('disconnect', () => process.exit(1));
