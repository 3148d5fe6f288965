import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from './start.ts';
import { OptionError, readOptions } from './start-options.ts';

describe('readOptions', () => {
  it('keeps data, plays the recorded events and listens on 4000 unless told otherwise', () => {
    expect(readOptions([], {})).toEqual({
      help: false,
      fresh: false,
      strictSources: false,
      feed: true,
      port: 4000,
      state: '.local',
    });
  });

  it('reads every option, and PORT, which --port goes before', () => {
    expect(
      readOptions(['--fresh', '--chaos', '--seed', '7', '--strict-sources', '--no-feed'], { PORT: '5000' }),
    ).toEqual({
      help: false,
      fresh: true,
      chaosSeed: 7,
      strictSources: true,
      feed: false,
      port: 5000,
      state: '.local',
    });
    expect(readOptions(['--port', '6000'], { PORT: '5000' }).port).toBe(6000);
    expect(readOptions(['--port', '65533'], {}).port).toBe(65_533);
  });

  it.each([
    ['an unknown option', ['--frehs'], {}],
    ['a word too much', ['now'], {}],
    ['a port that leaves no room for two more', ['--port', '65534'], {}],
    ['a port that is no number', ['--port', '4e3'], {}],
    ['a PORT that is no number', [], { PORT: 'x' }],
    ['a seed that is no number', ['--chaos', '--seed', '-1'], {}],
  ])('refuses %s', (_what, argv, environment) => {
    expect(() => readOptions(argv, environment)).toThrow(OptionError);
  });
});

describe('npm start', () => {
  const start = (node: string, ...argv: string[]) =>
    spawnSync(node, [join(import.meta.dirname, 'start.mjs'), ...argv], { encoding: 'utf8', env: {} });

  it('explains itself', () => {
    const { status, stdout } = start(process.execPath, '--help');
    expect([status, stdout]).toEqual([0, expect.stringContaining('--fresh')]);
  });

  it('names an option that it does not know, and fails', () => {
    const { status, stderr } = start(process.execPath, '--frehs');
    expect([status, stderr]).toEqual([1, expect.stringContaining("'--frehs'")]);
  });

  it('is the same when called as a function', async () => {
    expect(await main(['--port', '0'])).toBe(1);
  });
});
