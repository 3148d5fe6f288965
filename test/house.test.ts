import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const FUNCTIONS = resolve(import.meta.dirname, '../functions');

/** The rooms from the ground up: each imports only from those before it. */
const ROOMS = [
  'platform',
  'events',
  'baselines',
  'signals',
  'risk',
  'credentials',
  'presentations',
  'decisions',
  'sessions',
  'reviews',
];

interface Import {
  readonly file: string;
  readonly from: string;
}

const imports: Import[] = readdirSync(FUNCTIONS, { recursive: true, encoding: 'utf8' })
  .filter(
    (name) =>
      /\.ts$/.test(name) && !/(^|\/)(testing|fixtures)\/|\.(test|bench)\.ts$|arbitraries\.ts$/.test(name),
  )
  .flatMap((name) => {
    const text = readFileSync(join(FUNCTIONS, name), 'utf8');
    return [...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^']+)'|\bimport\('([^']+)'\)/gm)].map(
      (match) => ({
        file: name,
        from: match[1] ?? match[2]!,
      }),
    );
  });

const roomOf = (name: string): string => name.split('/')[0]!;
const targetOf = ({ file, from }: Import): string =>
  relative(FUNCTIONS, resolve(FUNCTIONS, dirname(file), from));
const across = imports.filter(
  (one) => one.from.startsWith('.') && roomOf(targetOf(one)) !== roomOf(one.file),
);

describe('the house', () => {
  test('has only rooms that are on the plan', () => {
    const found = readdirSync(FUNCTIONS).filter((name) => statSync(join(FUNCTIONS, name)).isDirectory());
    expect(found.filter((name) => !ROOMS.includes(name))).toEqual([]);
    expect(imports.length).toBeGreaterThan(100);
  });

  test('a room imports only from rooms below it, and never from outside functions/', () => {
    const upward = across.filter(
      (one) =>
        !(
          ROOMS.indexOf(roomOf(targetOf(one))) < ROOMS.indexOf(roomOf(one.file)) &&
          !targetOf(one).startsWith('..')
        ),
    );
    expect(upward).toEqual([]);
  });

  test('only handlers know middy and the shapes of AWS events', () => {
    const wrong = imports.filter(
      ({ file, from }) =>
        (from.startsWith('@middy/') || from === 'aws-lambda') &&
        !file.endsWith('.handler.ts') &&
        // The edge that every handler shares.
        file !== 'platform/http.ts',
    );
    expect(wrong).toEqual([]);
  });

  test('only stores know DynamoDB', () => {
    const wrong = imports.filter(
      ({ file, from }) => from === '@aws-sdk/client-dynamodb' && !/\.(store|handler)\.ts$/.test(file),
    );
    expect(wrong).toEqual([]);
  });

  test('a room is entered by its index', () => {
    const wrong = across.filter((one) => !/\/(index|errors|assets)\.ts$/.test(targetOf(one)));
    expect(wrong.map(({ file, from }) => `${file} → ${from}`)).toEqual([]);
  });
});
