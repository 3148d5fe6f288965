import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { RunningTemplate } from '../../infra/local/run-template.ts';
import type { Figure } from './figure.ts';
import { sampleEvent } from './sample-events.ts';

const EVENTS = 1_000;
const ENTRIES = 10;

/** Events per second through the whole local road: wire, bus, rule, function, tables, and back on the bus. */
export const roadFigures = async (local: RunningTemplate): Promise<Figure[]> => {
  const client = new EventBridgeClient({
    endpoint: local.urls.aws,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  let decided = 0;
  let done: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  const stop = local.events.observe((_, event) => {
    if (event['detail-type'] === 'Risk Assessed' && ++decided === EVENTS) done();
  });
  try {
    const from = Date.now();
    const begun = performance.now();
    for (let first = 0; first < EVENTS; first += ENTRIES) {
      const answer = await client.send(
        new PutEventsCommand({
          Entries: Array.from({ length: ENTRIES }, (_, offset) => {
            const {
              source,
              'detail-type': detailType,
              detail,
            } = sampleEvent(first + offset, undefined, from);
            return {
              EventBusName: local.busName,
              Source: source,
              DetailType: detailType,
              Detail: JSON.stringify(detail),
            };
          }),
        }),
      );
      if (answer.FailedEntryCount) throw new Error('The bus refused events of the benchmark');
    }
    const accepted = performance.now() - begun;
    await all;
    const seconds = (performance.now() - begun) / 1000;
    return [
      {
        name: 'decisions through the local road',
        value: EVENTS / seconds,
        unit: '/s',
        peer: { name: 'events accepted by the bus alone', value: EVENTS / (accepted / 1000) },
      },
    ];
  } finally {
    stop();
    client.destroy();
  }
};
