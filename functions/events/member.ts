import { joinPath } from './bounds.ts';
import { invalidMember } from './event-error.ts';

/**
 * One member of a provider's record, with its path: reads untrusted data by name and refuses a wrong type by
 * naming the member.
 *
 * Names match exactly, else without regard to case: data lakes lower-case the names of the records they keep,
 * and people forward records from there. `null` and blank text count as absent, since providers send
 * them for "no value", and so does `redacted`: as an id it would make many events one.
 *
 * @example
 * ```ts
 * const detail = new Member({ actor: { id: '00u1' } }, 'detail');
 * detail.get('actor').get('id').text();    // '00u1'
 * detail.get('client').get('ip').text();   // undefined
 * detail.get('actor').text();              // throws EventError, field `detail.actor`
 * ```
 */
export class Member {
  readonly value: unknown;
  /** Dotted path from the envelope, as the caller wrote it. */
  readonly path: string;

  constructor(value: unknown, path: string) {
    this.value = value;
    this.path = path;
  }

  /** True when there is a value other than `null`, blank text and the word that pipelines redact with. */
  get present(): boolean {
    const { value } = this;
    if (typeof value === 'string') return value !== 'redacted' && /\S/.test(value);
    return value !== undefined && value !== null;
  }

  /**
   * The member of that name; absent when this one is absent.
   * @throws {EventError} when this is neither absent nor an object.
   */
  get(name: string): Member {
    if (!this.present) return new Member(undefined, joinPath(this.path, name));
    if (typeof this.value !== 'object' || Array.isArray(this.value)) {
      throw invalidMember(this.path, 'must be an object');
    }
    const record = this.value as Record<string, unknown>;
    if (Object.hasOwn(record, name)) return new Member(record[name], joinPath(this.path, name));
    const lower = name.toLowerCase();
    for (const key of Object.keys(record)) {
      if (key.length === lower.length && key.toLowerCase() === lower) {
        return new Member(record[key], joinPath(this.path, key));
      }
    }
    return new Member(undefined, joinPath(this.path, name));
  }

  /** This member, as though nothing had been sent for it. */
  absent(): Member {
    return new Member(undefined, this.path);
  }

  /** Another value under the same path, where only a part of it is meant. */
  with(value: unknown): Member {
    return new Member(value, this.path);
  }

  /** The first of several names that is present, else the first name. */
  any(...names: readonly string[]): Member {
    for (const name of names) {
      const member = this.get(name);
      if (member.present) return member;
    }
    return this.get(names[0] ?? '');
  }

  /**
   * The items of an array; none when absent.
   * @throws {EventError} when this is neither absent nor an array.
   */
  items(): readonly Member[] {
    if (!this.present) return [];
    if (!Array.isArray(this.value)) throw invalidMember(this.path, 'must be an array');
    return this.value.map((item, index) => new Member(item, joinPath(this.path, index)));
  }

  /**
   * The text, or the number as text; `undefined` when absent.
   * @param max most characters allowed.
   * @throws {EventError} when it is of another type, longer, not well-formed, or a number that JSON cannot keep exact.
   */
  text(max = 256): string | undefined {
    if (!this.present) return undefined;
    const { value } = this;
    if (typeof value === 'number') {
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        throw invalidMember(this.path, 'is a number too large to be exact; send it as text');
      }
      return String(value);
    }
    if (typeof value !== 'string') throw invalidMember(this.path, 'must be text');
    if (!value.isWellFormed()) throw invalidMember(this.path, 'is not well-formed Unicode');
    const trimmed = value.trim();
    if (trimmed.length > max) throw invalidMember(this.path, `is longer than ${max} characters`);
    return trimmed;
  }

  /**
   * The text, cut to `max` characters: for agent strings and messages, which are only looked at.
   * @throws {EventError} when it is not text, or longer than 4,096 characters.
   */
  clipped(max = 1024): string | undefined {
    return this.text(4096)?.slice(0, max);
  }

  /** Like {@link text}, lower-cased: for the words of a provider's vocabulary. */
  word(): string | undefined {
    return this.text(1024)?.toLowerCase();
  }

  /** True or false, also as text in any case ("True", "Yes"); `undefined` when absent or another word. */
  flag(): boolean | undefined {
    if (typeof this.value === 'boolean') return this.value;
    const word = this.word();
    if (word === 'true' || word === 'yes') return true;
    return word === 'false' || word === 'no' ? false : undefined;
  }

  /** This member when it is an object, else absent: for members that providers leave untyped. */
  objectOrAbsent(): Member {
    const isObject = typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value);
    return isObject ? this : this.absent();
  }

  /**
   * An object that a provider may also send as JSON text (Duo's `description`): the object, or absent when it
   * is neither, since such text may be any sentence.
   */
  json(): Member {
    if (typeof this.value !== 'string') return this;
    if (this.value.length > 65_536) return this.absent();
    try {
      return new Member(JSON.parse(this.value), this.path).objectOrAbsent();
    } catch {
      return this.absent();
    }
  }
}
