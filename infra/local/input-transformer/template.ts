import { TransformerError } from './error.ts';

/** Values of a template's variables; undefined where the event had none. */
export type Variables = (name: string) => unknown;

/** A template, ready to be filled in any number of times. */
export type Template = (variables: Variables) => unknown;

/** Stands in the parsed template for a variable: `bare` was outside quotes, `inner` inside a string. */
const bare = (name: string) => `\u0000=${name}\u0000`;
const inner = (name: string) => `\u0000~${name}\u0000`;
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL marks variables; it cannot be in a template
const MARKS = /\u0000[=~]([A-Za-z0-9_.-]+)\u0000/g;

/** Variables whose text is never escaped and so may not stand inside a string. */
const WHOLE = new Set(['aws.events.event', 'aws.events.event.json']);

/**
 * Compiles an `InputTemplate`: JSON in which `<variable>` stands for a value, outside quotes, or for text,
 * inside them; or several lines of strings, which become one text.
 *
 * Outside quotes a variable is written as JSON. Inside, text goes in as it is and anything else as JSON. A
 * variable that the event has no value for is empty. The result is JSON whatever the event holds, since
 * values are put into the parsed template and never into its text.
 *
 * @param known Whether a variable exists.
 * @throws {TransformerError} when the template is not JSON, names an unknown variable, or uses one as a key.
 */
export function compileTemplate(template: string, known: (name: string) => boolean): Template {
  if (template.includes('\u0000') || template.includes('\\u0000')) {
    throw new TransformerError('template-invalid', 'InputTemplate contains a NUL');
  }
  const marked = mark(template, known);
  const lines = marked.trim().split(/\r?\n/);
  const whole = tryParse(marked);
  const parsed = whole ?? (lines.length > 1 ? lines.map((line) => tryParse(line.trim())) : []);
  if (whole === undefined) {
    const texts = parsed as unknown[];
    if (texts.length === 0 || !texts.every((text) => typeof text === 'string')) {
      throw new TransformerError('template-invalid', 'InputTemplate is neither JSON nor lines of strings');
    }
    return (variables) => texts.map((text) => asText(fill(text, variables))).join('\n');
  }
  checkKeys(whole);
  return (variables) => fill(whole, variables);
}

/** Replaces variables by marks that parse as JSON. */
function mark(template: string, known: (name: string) => boolean): string {
  let marked = '';
  let quoted = false;
  for (let i = 0; i < template.length; i++) {
    const char = template[i]!;
    const variable = char === '<' ? /^<([A-Za-z0-9_.-]+)>/.exec(template.slice(i, i + 260)) : null;
    if (variable) {
      const name = variable[1]!;
      if (!known(name))
        throw new TransformerError(
          'variable-unknown',
          `InputTemplate uses <${name}>, which is not in InputPathsMap`,
        );
      if (quoted && WHOLE.has(name)) {
        throw new TransformerError('template-invalid', `<${name}> may only be a value, not part of a string`);
      }
      marked += quoted ? JSON.stringify(inner(name)).slice(1, -1) : JSON.stringify(bare(name));
      i += variable[0].length - 1;
    } else if (quoted && char === '\\') {
      marked += char + (template[++i] ?? '');
    } else {
      if (char === '"') quoted = !quoted;
      marked += char;
    }
  }
  return marked;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checkKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, below] of Object.entries(value)) {
    if (key.includes('\u0000'))
      throw new TransformerError('template-invalid', 'a variable cannot be a key in InputTemplate');
    checkKeys(below);
  }
}

const asText = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

function fill(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') {
    if (value.startsWith('\u0000=')) {
      const given = variables(value.slice(2, -1));
      return given === undefined ? '' : given;
    }
    return value.replace(MARKS, (_, name: string) => asText(variables(name)));
  }
  if (Array.isArray(value)) return value.map((element) => fill(element, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, fill(below, variables)]));
}
