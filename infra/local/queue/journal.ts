import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** A set of records with ids, kept as JSON lines: `{"put": record}` and `{"drop": id}`. */
export interface Journal<T extends { readonly id: string }> {
  /** Records that were there when the journal was opened, oldest first. */
  readonly kept: readonly T[];
  put(record: T): void;
  drop(id: string): void;
  close(): void;
}

/** Lines about records long gone that a file may hold before it is written anew. */
const SLACK = 10_000;

/**
 * Opens a journal, folding what is in it. Lines are written at once and in order, so a process that stops,
 * even abruptly, has lost none that `put` returned for; a half-written last line is dropped. (The machine
 * losing power may lose the last ones: there is no fsync.)
 *
 * @param file Where; without one, nothing is kept.
 */
export function openJournal<T extends { readonly id: string }>(file: string | undefined): Journal<T> {
  if (file === undefined) return { kept: [], put() {}, drop() {}, close() {} };
  mkdirSync(dirname(file), { recursive: true });
  const live = fold<T>(existsSync(file) ? readFileSync(file, 'utf8') : '');
  let descriptor: number | undefined;
  let lines = 0;

  /** Writes only what lives to a new file; the rename makes the swap all or nothing. */
  const compact = () => {
    if (descriptor !== undefined) closeSync(descriptor);
    writeFileSync(`${file}.new`, [...live.values()].map((put) => `${JSON.stringify({ put })}\n`).join(''));
    renameSync(`${file}.new`, file);
    descriptor = openSync(file, 'a');
    lines = live.size;
  };
  const write = (entry: unknown) => {
    if (descriptor === undefined) return;
    writeSync(descriptor, `${JSON.stringify(entry)}\n`);
    if (++lines > SLACK + 4 * live.size) compact();
  };
  compact();
  return {
    kept: [...live.values()],
    put(put) {
      live.set(put.id, put);
      write({ put });
    },
    drop(drop) {
      if (live.delete(drop)) write({ drop });
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

function fold<T extends { readonly id: string }>(text: string): Map<string, T> {
  const live = new Map<string, T>();
  for (const line of text.split('\n')) {
    const entry = parse<T>(line);
    if (entry?.put) live.set(entry.put.id, entry.put);
    else if (entry?.drop) live.delete(entry.drop);
  }
  return live;
}

function parse<T>(line: string): { put?: T; drop?: string } | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as { put?: T; drop?: string });
  } catch {
    return undefined;
  }
}
