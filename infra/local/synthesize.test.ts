import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { synthesize } from './synthesize.ts';

const APP = `
  import { mkdirSync, writeFileSync, appendFileSync } from 'node:fs';
  console.log('Bundling');
  appendFileSync('runs', 'x');
  mkdirSync(process.env.CDK_OUTDIR, { recursive: true });
  writeFileSync(process.env.CDK_OUTDIR + '/manifest.json', process.env.CDK_CONTEXT_JSON);
`;

function project(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'countersign-synthesis-'));
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  for (const [name, text] of Object.entries({ 'functions/a.ts': 'a', ...files })) write(name, text);
  const outdir = join(root, '.local/cdk.out');
  return { root, outdir, write, runs: () => readFileSync(join(root, 'runs'), 'utf8').length };
}

describe('synthesize', () => {
  it('runs the app for stage local, once for the same sources', async () => {
    const { root, outdir, write, runs } = project({ 'infra/app.ts': APP });
    const lines: string[] = [];
    expect(await synthesize({ root, outdir, onLine: (line) => lines.push(line) })).toEqual({ fresh: true });
    expect(lines).toEqual(['Bundling']);
    expect(readFileSync(join(outdir, 'manifest.json'), 'utf8')).toBe('{"stage":"local"}');
    expect(await synthesize({ root, outdir })).toEqual({ fresh: false });
    // Neither local mode itself nor a test is part of what is deployed.
    write('infra/local/start.ts', 'changed');
    write('functions/a.test.ts', 'changed');
    expect(await synthesize({ root, outdir })).toEqual({ fresh: false });
    for (const name of ['functions/a.ts', 'functions/b.ts', 'infra/b.ts', 'cdk.json', 'package-lock.json']) {
      write(name, 'changed');
      expect(await synthesize({ root, outdir }), name).toEqual({ fresh: true });
    }
    expect(runs()).toBe(6);
  });

  it('fails with the words of the app, and then tries again', async () => {
    const { root, outdir, write } = project({ 'infra/app.ts': `throw new Error('no such model')` });
    await expect(synthesize({ root, outdir })).rejects.toMatchObject({
      code: 'synthesis-failed',
      message: expect.stringContaining('no such model'),
    });
    expect(existsSync(join(outdir, 'manifest.json'))).toBe(false);
    write('infra/app.ts', APP);
    expect(await synthesize({ root, outdir })).toEqual({ fresh: true });
  });

  it('does not run an older assembly when the sources it was made from are gone', async () => {
    const { root, outdir, write } = project({ 'infra/app.ts': APP });
    await synthesize({ root, outdir });
    write('infra/app.ts', 'process.exit(1)');
    await expect(synthesize({ root, outdir })).rejects.toMatchObject({ code: 'synthesis-failed' });
    await expect(synthesize({ root, outdir })).rejects.toMatchObject({ code: 'synthesis-failed' });
  });
});
