// SPDX-License-Identifier: GPL-3.0-or-later
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Compiled } from './compile.ts';
import {
  applyBeacon,
  beginPhase1,
  beginPhase2,
  contribute,
  digestOf,
  POWER,
  type Progress,
  preparePhase2,
  type TranscriptEntry,
  verifyPhase1,
  verifyPhase2,
} from './phases.ts';
import { fetchPowersOfTau, type KnownDigest } from './published-tau.ts';

/**
 * A ceremony in a folder: the newest file of each phase, and the transcript of every step so far.
 *
 * Phase 1 (`phase1.ptau`) is begun or adopted, contributed to, and ended by a beacon, which makes `prepared.ptau`;
 * phase 2 (`phase2.zkey`) is the circuit's own, begun then, contributed to, and ended by a beacon. Contributors
 * pass the folder on from one to the next; each step checks that the files are the ones the transcript names.
 *
 * @example
 * ```ts
 * const ceremony = new Ceremony('.build/ceremony', console.log);
 * await ceremony.begin();
 * await ceremony.contribute('Ada');
 * ```
 */
export class Ceremony {
  readonly #dir: string;
  readonly #progress: Progress;
  readonly #power: number;

  /** @param power log2 of the size of phase 1; the circuit's needs 14. */
  constructor(dir: string, progress: Progress, power = POWER) {
    mkdirSync(dir, { recursive: true });
    this.#dir = dir;
    this.#progress = progress;
    this.#power = power;
  }

  get transcript(): readonly TranscriptEntry[] {
    return existsSync(this.#at('transcript.json'))
      ? (JSON.parse(readFileSync(this.#at('transcript.json'), 'utf8')) as TranscriptEntry[])
      : [];
  }

  /** Begins phase 1 afresh. */
  async begin(): Promise<void> {
    this.#requireNew();
    this.#progress(`phase 1: powers of tau, 2^${this.#power}`);
    this.#record(await beginPhase1(this.#at('phase1.ptau'), this.#power));
  }

  /**
   * Takes a finished, published phase 1 in place of one's own.
   *
   * @param source path or https URL; @param digest as its publisher gives it.
   */
  async adopt(source: string, digest: KnownDigest): Promise<void> {
    this.#requireNew();
    this.#progress(`phase 1: reading ${source}`);
    await fetchPowersOfTau(source, digest, this.#at('phase1.ptau'));
    this.#record({ phase: 1, action: 'adopt', source, sha256: await digestOf(this.#at('phase1.ptau')) });
    await this.#prepare();
  }

  /** Adds a contribution to the phase that is open. */
  async contribute(name: string, extra = ''): Promise<void> {
    const phase = await this.#open();
    this.#progress(`phase ${phase}: contributing`);
    this.#record(await this.#step(phase, (from, to) => contribute(phase, from, to, name, extra)));
  }

  /** Ends the open phase with a beacon; phase 1 is then prepared for phase 2. */
  async beacon(value: string, exponent: number): Promise<void> {
    const phase = await this.#open();
    if (
      this.transcript.filter((entry) => entry.phase === phase && entry.action === 'contribute').length === 0
    )
      throw new Error('a beacon ends a phase that somebody contributed to');
    this.#progress(`phase ${phase}: beacon`);
    this.#record(await this.#step(phase, (from, to) => applyBeacon(phase, from, to, value, exponent)));
    if (phase === 1) await this.#prepare();
  }

  /** Begins phase 2 for a compiled circuit. */
  async beginPhase2(compiled: Compiled): Promise<void> {
    if (!existsSync(this.#at('prepared.ptau'))) throw new Error('phase 1 is not finished');
    this.#progress('phase 2: beginning');
    const entry = await beginPhase2(
      compiled.r1cs,
      this.#at('prepared.ptau'),
      this.#at('phase2.zkey'),
      this.#progress,
    );
    const kept = this.transcript.filter(({ phase }) => phase === 1);
    writeFileSync(this.#at('transcript.json'), JSON.stringify([...kept, entry], null, 2));
  }

  /** Verifies both phases against the circuit. A few minutes. */
  async verify(compiled: Compiled): Promise<boolean> {
    this.#progress('phase 1: verifying');
    if (!(await verifyPhase1(this.#at('phase1.ptau'), this.#progress))) return false;
    if (!existsSync(this.#at('phase2.zkey'))) return true;
    this.#progress('phase 2: verifying');
    return verifyPhase2(compiled.r1cs, this.#at('prepared.ptau'), this.#at('phase2.zkey'), this.#progress);
  }

  /** Path of the finished proving key. */
  finished(): string {
    if (this.transcript.at(-1)?.phase !== 2 || this.transcript.at(-1)?.action !== 'beacon')
      throw new Error('phase 2 has not ended with a beacon');
    return this.#at('phase2.zkey');
  }

  /** True when phase 1 is done and its files are there. */
  get hasPhase1(): boolean {
    return existsSync(this.#at('prepared.ptau')) && this.transcript.some(({ phase }) => phase === 1);
  }

  async #prepare(): Promise<void> {
    const [from, to] = [this.#at('phase1.ptau'), this.#at('prepared.ptau')];
    if (isPrepared(from)) {
      copyFileSync(from, to);
      return;
    }
    this.#progress('phase 1: preparing for phase 2 (about two minutes)');
    await preparePhase2(from, to);
  }

  /** The phase that still takes contributions, its newest file checked against the transcript. */
  async #open(): Promise<1 | 2> {
    const last = this.transcript.at(-1);
    if (last === undefined) throw new Error('the ceremony has not begun');
    if (last.action === 'beacon' || last.action === 'adopt') throw new Error(`phase ${last.phase} has ended`);
    if ((await digestOf(this.#file(last.phase))) !== last.sha256)
      throw new Error('the file is not the one that the transcript ends with');
    return last.phase;
  }

  async #step(
    phase: 1 | 2,
    run: (from: string, to: string) => Promise<TranscriptEntry>,
  ): Promise<TranscriptEntry> {
    const next = this.#at('next');
    const entry = await run(this.#file(phase), next);
    copyFileSync(next, this.#file(phase));
    rmSync(next);
    return entry;
  }

  #requireNew(): void {
    if (this.transcript.length > 0) throw new Error('there is a ceremony in this folder already');
  }

  #record(entry: TranscriptEntry): void {
    writeFileSync(this.#at('transcript.json'), JSON.stringify([...this.transcript, entry], null, 2));
  }

  #file(phase: 1 | 2): string {
    return this.#at(phase === 1 ? 'phase1.ptau' : 'phase2.zkey');
  }

  #at(name: string): string {
    return join(this.#dir, name);
  }
}

/** Whether a powers-of-tau file holds the Lagrange form (section 12), which phase 2 begins from. */
export function isPrepared(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(12);
    readSync(file, head, 0, 12, 0);
    const sections = head.readUInt32LE(8);
    for (let at = 12n, i = 0; i < sections; i++) {
      readSync(file, head, 0, 12, at);
      if (head.readUInt32LE(0) === 12) return true;
      at += 12n + head.readBigUInt64LE(4);
    }
    return false;
  } finally {
    closeSync(file);
  }
}
