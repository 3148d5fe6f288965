/** Tells a person who waits how far a long task is: a bar on a terminal, a line per stage elsewhere. */
export class Progress {
  readonly #out = process.stderr;
  #stage = '';

  /** @param done from 0 to 1 */
  show(stage: string, done: number, note = ''): void {
    if (this.#out.isTTY) {
      const filled = Math.round(Math.min(1, done) * 30);
      this.#out.write(`\r\x1b[K${stage.padEnd(22)} ${'█'.repeat(filled)}${'░'.repeat(30 - filled)} ${note}`);
      if (stage !== this.#stage && this.#stage !== '') this.#out.write('');
    } else if (stage !== this.#stage) this.#out.write(`${stage}\n`);
    this.#stage = stage;
  }

  /** Ends the bar's line. */
  end(): void {
    if (this.#out.isTTY) this.#out.write('\r\x1b[K');
  }
}
