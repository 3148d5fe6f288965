import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { loadScorer } from '../../../functions/risk/index.ts';
import { RecentMap } from '../../training/recent-map.ts';
import { csvRecords } from './csv.ts';
import { checkHeader, NOBODY, RBA_COLUMNS, readRow } from './rba-row.ts';
import { replayRba } from './replay-rba.ts';

const fixture = new URL('fixtures/first-rows.csv', import.meta.url);
const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'countersign-rba-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function records(chunks: string[]): Promise<string[][]> {
  const out: string[][] = [];
  for await (const record of csvRecords(chunks)) out.push(record);
  return out;
}

const text = readFileSync(fixture, 'utf8');
const [header, ...rows] = await records([text]);

describe('CSV', () => {
  it('reads what it would write, wherever the pieces are cut', async () => {
    const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`;
    const field = fc.oneof(fc.string(), fc.constantFrom('a,b', 'say "so"', 'two\nlines', '""', ''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 7 }),
        async (table, size) => {
          const written = table.map((record) => record.map(quoted).join(',')).join('\n');
          const pieces = Array.from({ length: Math.ceil(written.length / size) }, (_, i) =>
            written.slice(i * size, (i + 1) * size),
          );
          expect(await records(pieces)).toEqual(table);
        },
      ),
    );
  });

  it('takes Windows line ends, and no line end at the end', async () => {
    expect(await records(['a,b\r\n1,2'])).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
  });

  it('gives up on a quote that is never closed', async () => {
    await expect(records(['"', 'x'.repeat(600_000), 'x'.repeat(600_000)])).rejects.toThrow(SyntaxError);
  });
});

describe('the rows of the RBA data set', () => {
  it('are all read, header included', () => {
    expect(() => checkHeader(header!)).not.toThrow();
    expect(rows).toHaveLength(19);
    const parsed = rows.map((row) => readRow(row, () => 'unknown'));
    expect(parsed[2]).toMatchObject({
      event: {
        id: '2',
        outcome: 'success',
        time: Date.UTC(2020, 1, 3, 12, 43, 55, 873),
        subject: { id: '-3284137479262433373' },
        network: { ip: '81.167.144.58' },
      },
      network: { asn: 'AS29695', country: 'NO', city: 'Urangsvag', prefix: '81.167.144.0/24' },
      takeover: false,
    });
    expect(parsed[0]!.event).toMatchObject({
      subject: { id: NOBODY },
      outcome: 'failure',
      failureReason: 'unknown_subject',
    });
    expect(parsed[0]!.network.city).toBeUndefined();
  });

  it.each([
    ['User ID', '-4.32448E+18'],
    ['Login Timestamp', '43:30.8'],
    ['IP Address', 'nowhere'],
    ['Login Successful', 'TRUE'],
    ['Is Account Takeover', ''],
    ['ASN', '-1'],
    ['Round-Trip Time [ms]', 'fast'],
  ] as const)('are refused with a damaged %s', (column, value) => {
    const row = rows[2]!.with(RBA_COLUMNS.indexOf(column), value);
    expect(() => readRow(row, () => 'unknown')).toThrow(expect.objectContaining({ column }));
  });

  it('are refused with a column too few', () => {
    expect(() => readRow(rows[2]!.slice(1), () => 'unknown')).toThrow(/columns/);
    expect(() => checkHeader(header!.slice(1))).toThrow(/index/);
  });
});

describe('the replay', () => {
  it('tells a takeover from the owner on rows of the same form, in one pass and bounded memory', async () => {
    const line = (i: number, fields: Record<string, string>) =>
      RBA_COLUMNS.map((column, at) => fields[column] ?? (column === 'index' ? String(i) : rows[2]![at]!))
        .map((field) => `"${field}"`)
        .join(',');
    const stamp = (i: number) =>
      new Date(Date.UTC(2020, 2, 1) + i * 4 * 3_600_000).toISOString().replace('T', ' ').slice(0, 23);
    const lines = [RBA_COLUMNS.join(',')];
    for (let i = 0; i < 120; i++)
      lines.push(line(i, { 'Login Timestamp': stamp(i), 'User ID': String(100 + (i % 4)) }));
    const foreign = {
      'IP Address': '60.1.2.3',
      ASN: '4134',
      Country: 'CN',
      City: '-',
      'User Agent String': 'python-requests/2.31',
    };
    lines.push(
      line(120, {
        ...foreign,
        'Login Timestamp': stamp(120),
        'User ID': '101',
        'Is Account Takeover': 'True',
      }),
    );
    lines.push(
      line(121, {
        ...foreign,
        'Login Timestamp': stamp(121),
        'User ID': NOBODY,
        'Login Successful': 'False',
      }),
    );
    lines.push('damaged');
    const path = join(folder, 'rba.csv');
    writeFileSync(path, lines.join('\n'));
    const scorer = await loadScorer({
      model: read('models/risk.onnx'),
      manifest: JSON.parse(read('models/risk.manifest.json').toString()),
      wasmBinary: read('node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'),
    });
    const shares: number[] = [];
    const findings = await replayRba(
      { path, seed: 'a', people: 3, onProgress: (share) => shares.push(share) },
      scorer,
    );
    expect(findings).toMatchObject({
      rows: 123,
      unreadable: 1,
      disordered: 0,
      successes: 121,
      takeovers: 1,
      sample: 120,
    });
    expect(findings.auc).toBeGreaterThan(0.9);
    expect(findings.forgotten).toBeGreaterThan(0);
    expect(findings.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(shares.at(-1)).toBe(1);
  });

  it('refuses a file of another form', async () => {
    const path = join(folder, 'other.csv');
    writeFileSync(path, 'a,b\n1,2\n');
    await expect(replayRba({ path, seed: 'a' }, undefined as never)).rejects.toMatchObject({
      column: 'index',
    });
  });
});

describe('a map of recent entries', () => {
  it('keeps the latest half at least, never more than the limit, and counts what it forgot', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 200 }),
        fc.integer({ min: 2, max: 20 }),
        (keys, limit) => {
          const map = new RecentMap<number>(limit);
          keys.forEach((key, i) => {
            map.set(String(key), i);
          });
          expect(map.size).toBeLessThanOrEqual(limit);
          const latest = [...new Set(keys.toReversed())].slice(0, Math.floor(limit / 2) - 1);
          for (const key of latest) expect(map.get(String(key))).toBe(keys.lastIndexOf(key));
          expect([...map.entries()]).toHaveLength(map.size);
          if (new Set(keys).size > limit) expect(map.forgotten).toBeGreaterThan(0);
        },
      ),
    );
  });
});
