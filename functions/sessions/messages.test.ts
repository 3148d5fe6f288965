import { expect, test } from 'vitest';
import { decisionKey } from '../decisions/index.ts';
import { readMessage } from './messages.ts';

const event = (type: string, metadata: object, data: object = {}) =>
  JSON.stringify({ source: 'countersign', 'detail-type': type, detail: { metadata, data } });

test('names the decision that the bus tells of, made or resolved', () => {
  expect(readMessage(event('Risk Assessed', { id: 'd#shop#x', session: 's' }))).toEqual({
    kind: 'decided',
    key: 'd#shop#x',
  });
  for (const type of ['Presentation Verified', 'Review Resolved'])
    expect(readMessage(event(type, { id: 'r-1', tenant: 'shop' }, { eventId: 'e-1' }))).toEqual({
      kind: 'decided',
      key: decisionKey('shop', 'e-1'),
    });
});

test.each([
  ['no JSON', 'junk'],
  ['no object', '7'],
  ['nothing', 'null'],
  ['no decision', event('Risk Assessed', { id: 'n#shop#x' })],
  ['an endless key', event('Risk Assessed', { id: `d#${'x'.repeat(200)}` })],
  ['no event', event('Review Resolved', { tenant: 'shop' })],
  ['an unknown kind', JSON.stringify({ kind: 'order' })],
])('takes %s for no message', (_, body) => {
  expect(readMessage(body)).toBeUndefined();
});
