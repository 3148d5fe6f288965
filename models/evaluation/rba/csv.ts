/**
 * Splits text that comes in pieces into CSV records (RFC 4180): fields in quotes may hold commas, quotes (doubled)
 * and line breaks. Holds one record at a time.
 *
 * @throws SyntaxError when a record grows past a megabyte: a quote was never closed.
 * @example
 * ```ts
 * for await (const fields of csvRecords(createReadStream(path, 'utf8'))) console.log(fields[0]);
 * ```
 */
export async function* csvRecords(
  chunks: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<string[]> {
  let fields: string[] = [];
  let field = '';
  let [quoted, closing, any] = [false, false, false];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const code = chunk.charCodeAt(at);
      if (quoted) {
        if (code !== QUOTE) continue;
        field += chunk.slice(from, at);
        from = at + 1;
        quoted = false;
        closing = true;
        continue;
      }
      if (code === QUOTE) {
        // Two quotes in a row inside a quoted field are one quote; any other begins one.
        field += closing ? '"' : chunk.slice(from, at);
        from = at + 1;
        quoted = true;
        closing = false;
      } else if (code === COMMA || code === LINE_FEED) {
        fields.push(field + chunk.slice(from, at));
        field = '';
        from = at + 1;
        closing = false;
        any = true;
        if (code === LINE_FEED) {
          yield finished(fields);
          fields = [];
          any = false;
        }
      } else closing = false;
    }
    field += chunk.slice(from);
    if (field.length > LONGEST)
      throw new SyntaxError('A CSV record is longer than a megabyte: a quote is not closed');
  }
  if (any || field !== '') yield finished([...fields, field]);
}

const QUOTE = 34;
const COMMA = 44;
const LINE_FEED = 10;
const LONGEST = 1_000_000;

function finished(fields: string[]): string[] {
  const last = fields.length - 1;
  if (fields[last]!.endsWith('\r')) fields[last] = fields[last]!.slice(0, -1);
  return fields;
}
