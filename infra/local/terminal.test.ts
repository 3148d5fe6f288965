import { describe, expect, it } from 'vitest';
import type { Decision } from '../../functions/decisions/decision.ts';
import { decisionRow, heading, type Screen, screenOf, startStep } from './terminal.ts';

const decision: Decision = {
  eventId: 'e',
  subject: 'h6q5z_xHWjZ-inEv',
  score: 0.6312,
  level: 'high',
  outcome: 'step_up',
  mode: 'shadow',
  base: -2,
  reasons: [
    { code: 'newCountry', contribution: 2.3149, text: '' },
    { code: 'newDevice', contribution: -0.1, text: '' },
    { code: 'unfamiliarHour', contribution: 0.05, text: '' },
  ],
  policy: { determining: [] },
  baseline: { maturity: 'none', events: 0 },
  model: { id: 'm', digest: 'd' },
  evaluators: { ran: [], skipped: [] },
  time: new Date(2026, 10, 20, 9, 4, 5).toISOString(),
  decidedAt: new Date(2026, 10, 20, 9, 4, 6).toISOString(),
};

function screen(over: Partial<Screen> = {}): Screen & { readonly text: () => string } {
  let text = '';
  return {
    colours: false,
    width: 120,
    write: (more) => {
      text += more;
    },
    text: () => text,
    ...over,
  };
}

describe('the live table', () => {
  it('shows time, subject, outcome, score and reasons under their headings', () => {
    const row = decisionRow(screen(), decision);
    expect(row).toBe(
      '09:04:05  h6q5z_xHWjZ-inEv  step_up   63.1%  +2.31 newCountry  -0.10 newDevice  +0.05 unfamiliarHour',
    );
    const title = heading(screen());
    expect(title.indexOf('REASONS')).toBe(row.indexOf('+2.31'));
    expect(title.indexOf('OUTCOME')).toBe(row.indexOf('step_up'));
  });

  it('says how many reasons do not fit, and stays within the line', () => {
    for (const width of [80, 90, 100]) {
      const row = decisionRow(screen({ width }), decision);
      expect(row.length).toBeLessThanOrEqual(width);
      const shown = row.match(/[+-]\d\.\d\d/g)!.length;
      const left = Number(/and (\d+) more/.exec(row)?.[1] ?? 0);
      expect(shown + left).toBe(3);
    }
  });

  it('says what degraded, and when nothing stands out', () => {
    expect(decisionRow(screen(), { ...decision, degraded: ['model'] })).toContain('degraded: model');
    expect(decisionRow(screen(), { ...decision, reasons: [] })).toContain('nothing stands out');
  });

  it('colours the outcome where there are colours, and nowhere else', () => {
    const control = String.fromCharCode(27);
    expect(decisionRow(screen({ colours: true }), decision)).toContain(`${control}[33mstep_up${control}[0m`);
    expect(decisionRow(screen(), decision)).not.toContain(control);
  });
});

describe('screenOf', () => {
  const stream = (isTTY: boolean) =>
    ({ isTTY, columns: 100, write: () => true }) as unknown as NodeJS.WriteStream;
  it.each([
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
  ])('has colours as %s allows', (_what, isTTY, environment, colours) => {
    expect(screenOf(stream(isTTY), environment).colours).toBe(colours);
  });
});

describe('startStep', () => {
  it('says what begins and how long it took, without control characters off a terminal', () => {
    const here = screen();
    let now = 0;
    const step = startStep(here, 'Synthesizing', () => now);
    step.note('half-way');
    now = 6249;
    step.done('4 functions');
    expect(here.text()).toBe('  … Synthesizing\n  ✓ Synthesizing: 4 functions (6.2 s)\n');
    startStep(here, 'Next', () => now).fail();
    expect(here.text()).toMatch(/ {2}✗ Next: failed \(0\.0 s\)\n$/);
  });
});
