import { createReadStream } from 'node:fs';
import { CsvError, type Parser, parse } from 'csv-parse';
import iconv from 'iconv-lite';
import type { CsvEncoding } from './csv-inspect.ts';
import { unescapeFormula } from './csv-write.ts';

export type CsvRecord = {
  /** The line of the file on which the record begins, from 1. */
  line: number;
  cells: string[];
};

export const CSV_FAULTS = [
  'quote_not_closed',
  'quote_inside_field',
  'text_after_quote',
  'record_too_long',
] as const;
export type CsvFaultCode = (typeof CSV_FAULTS)[number];

/** The table cannot be read past this place. `column` counts from 1; 0 when it is not known. */
export class CsvFault extends Error {
  override readonly name = 'CsvFault';
  readonly code: CsvFaultCode;
  readonly line: number;
  readonly column: number;

  constructor(code: CsvFaultCode, line: number, column: number) {
    super(`${code} at line ${line}, column ${column}`);
    this.code = code;
    this.line = line;
    this.column = column;
  }
}

const MAX_RECORD_CHARACTERS = 256 * 1024;

/**
 * Streams the records of a table, header included, holding only a few chunks at a time.
 * Rows shorter or longer than the header are passed on as they are; who maps them reports that.
 * @throws CsvFault at the first place where the quoting is broken.
 */
export async function* readCsvRecords(
  path: string,
  options: { encoding: CsvEncoding; delimiter: string },
): AsyncGenerator<CsvRecord> {
  const lines = createLineCount();
  let read: CsvRecord[] = [];
  const parser = parse({
    delimiter: options.delimiter,
    // Named, since the parser would else learn one kind from the first line and run mixed files together.
    record_delimiter: ['\r\n', '\n', '\r'],
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_CHARACTERS,
    // Records are taken here and not from the parser's own stream, which drops those not yet fetched when it fails.
    on_record: (cells: string[], { lines: counted }) => {
      read.push({ line: lines.startOf(cells, counted), cells: cells.map(unescapeFormula) });
      return null;
    },
  });
  // The fault reaches the loop below through the callbacks; unheard it would end the process.
  parser.on('error', () => undefined);
  parser.resume();
  const decoder = iconv.getDecoder(options.encoding);
  const steps = async function* () {
    for await (const chunk of createReadStream(path, { highWaterMark: 64 * 1024 })) {
      yield () => write(parser, decoder.write(chunk as Buffer));
    }
    yield () => write(parser, decoder.end() ?? '');
    yield () => end(parser);
  };
  for await (const step of steps()) {
    const fault = await step();
    const records = read;
    read = [];
    yield* records;
    if (fault) throw asFault(fault, lines);
  }
}

function write(parser: Parser, text: string): Promise<Error | null> {
  return new Promise((resolve) => parser.write(text, 'utf8', (error) => resolve(error ?? null)));
}

function end(parser: Parser): Promise<Error | null> {
  return new Promise((resolve) => {
    parser.once('error', resolve);
    parser.once('end', () => resolve(null));
    parser.end();
  });
}

/**
 * The parser counts a line break of two characters inside quotes as two lines. This takes the surplus off again and
 * turns the line on which a record ends into the one on which it begins.
 */
function createLineCount() {
  let surplus = 0;
  let next = 1;
  return {
    startOf(cells: string[], counted: number): number {
      let breaks = 0;
      let pairs = 0;
      for (const cell of cells) {
        if (!cell.includes('\n') && !cell.includes('\r')) continue;
        breaks += cell.match(/[\r\n]/g)?.length ?? 0;
        pairs += cell.match(/\r\n/g)?.length ?? 0;
      }
      const start = counted - surplus - breaks;
      surplus += pairs;
      next = counted - surplus + 1;
      return start;
    },
    /** The line after the last record. */
    next: () => next,
    /** The line that the parser stands on. */
    current: (counted: number) => counted - surplus,
  };
}

const FAULT_OF_PARSER: Record<string, CsvFaultCode> = {
  CSV_QUOTE_NOT_CLOSED: 'quote_not_closed',
  INVALID_OPENING_QUOTE: 'quote_inside_field',
  CSV_INVALID_CLOSING_QUOTE: 'text_after_quote',
  CSV_MAX_RECORD_SIZE: 'record_too_long',
};

function asFault(error: unknown, lines: ReturnType<typeof createLineCount>): unknown {
  if (!(error instanceof CsvError)) return error;
  const code = FAULT_OF_PARSER[error.code];
  if (!code) return error;
  const column = typeof error.column === 'number' ? error.column + 1 : 0;
  // A quote that is never closed is noticed at the end of the file; the record in which it opens is where to look.
  const late = code === 'quote_not_closed' || code === 'record_too_long';
  const line = late || typeof error.lines !== 'number' ? lines.next() : lines.current(error.lines);
  return new CsvFault(code, line, column);
}
