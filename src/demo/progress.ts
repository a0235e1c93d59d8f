/**
 * Progress of the demo on a terminal: one bar a step, redrawn in place; plain lines where there is no terminal,
 * at each quarter of the way, so that a log stays readable.
 */
export type Step = {
  /** Sets how much is done; `total` may become known late. */
  update(done: number, total?: number): void;
  /** Ends the step with its result in a few words. */
  finish(result: string): void;
};

export type Progress = { step(title: string, total?: number): Step; note(text: string): void };

type Output = { write(text: string): unknown; isTTY?: boolean; columns?: number };

const BAR_CELLS = 24;
const TITLE_CELLS = 38;

export function createProgress(output: Output): Progress {
  return output.isTTY ? terminalProgress(output) : lineProgress(output);
}

function terminalProgress(output: Output): Progress {
  return {
    note: (text) => output.write(`${text}\n`),
    step(title, initialTotal = 0) {
      let total = initialTotal;
      let shown = '';
      const draw = (line: string) => {
        const clipped = line.slice(0, Math.max(20, (output.columns ?? 100) - 1));
        if (clipped === shown) return;
        shown = clipped;
        output.write(`\r\x1b[2K${clipped}`);
      };
      const label = title.padEnd(TITLE_CELLS);
      draw(label);
      return {
        update(done, newTotal) {
          total = newTotal ?? total;
          draw(`${label} ${bar(done, total)} ${total > 0 ? `${done}/${total}` : done}`);
        },
        finish(result) {
          draw(`${label} ${result}`);
          output.write('\n');
        },
      };
    },
  };
}

function lineProgress(output: Output): Progress {
  return {
    note: (text) => output.write(`${text}\n`),
    step(title, initialTotal = 0) {
      let total = initialTotal;
      let quarters = 0;
      return {
        update(done, newTotal) {
          total = newTotal ?? total;
          const reached = total > 0 ? Math.floor((4 * done) / total) : 0;
          if (reached <= quarters || reached >= 4) return;
          quarters = reached;
          output.write(`${title}: ${done} of ${total}\n`);
        },
        finish(result) {
          output.write(`${title}: ${result}\n`);
        },
      };
    },
  };
}

function bar(done: number, total: number): string {
  const filled = total > 0 ? Math.min(BAR_CELLS, Math.round((BAR_CELLS * done) / total)) : 0;
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)}`;
}
