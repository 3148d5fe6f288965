import type { RunningTemplate } from './run-template.ts';
import { paint, type Screen } from './terminal.ts';

/**
 * Every resource type of the template with what becomes of it here, as an aligned table: what is run first,
 * then what is left out and why.
 */
export function resourceTable(screen: Screen, { resources }: RunningTemplate['template']): string {
  const counts = new Map<string, { count: number; kind: string; type: string; words: string }>();
  for (const { type, support } of resources) {
    const words = support.kind === 'run' ? support.by : support.why;
    const row = counts.get(type) ?? { count: 0, kind: support.kind, type, words };
    counts.set(type, { ...row, count: row.count + 1 });
  }
  const rows = [...counts.values()].sort(
    (left, right) => right.kind.localeCompare(left.kind) || left.type.localeCompare(right.type),
  );
  const width = Math.max(...rows.map(({ type }) => type.length));
  return rows
    .map(({ count, kind, type, words }) => {
      const label = paint(screen, kind === 'run' ? 'green' : 'dim', kind.padEnd(5));
      return `  ${label}  ${String(count).padStart(3)}  ${type.padEnd(width)}  ${words}`;
    })
    .join('\n');
}

/** Where everything listens, and how to send an event by hand. */
export function directions(screen: Screen, { urls, busName }: RunningTemplate, tokenFile: string): string {
  const data =
    '"data":{"subject":{"id":"u-4711"},"action":"sign_in","outcome":"success","network":{"ip":"203.0.113.7"}}';
  const detail = `{"metadata":{"id":"try-'$(date +%s)'"},${data}}`;
  const body = `{"source":"shop.example","detail-type":"Authentication Observed","detail":${detail}}`;
  const entry = `[{"EventBusName":"${busName}","Source":"shop.example","DetailType":"Authentication Observed","Detail":"${detail.replaceAll('"', '\\"')}"}]`;
  const title = (text: string) => paint(screen, 'bold', text);
  return `${title('Live page')}      ${urls.api}/
${title('HTTP API')}       ${urls.api}/v1/evaluate, ${urls.api}/v1/decisions/{eventId}  (token: ${tokenFile})
${title('AWS endpoint')}   ${urls.aws}  (EventBridge, SQS, Secrets Manager)
${title('DynamoDB')}       ${urls.dynamodb}

${title('Decide an event now')}
curl -s ${urls.api}/v1/evaluate -H "authorization: Bearer $(cat ${tokenFile})" -H 'content-type: application/json' \\
  -d '${body}'

${title('Put an event on the bus')}
AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws events put-events --region us-east-1 \\
  --endpoint-url ${urls.aws} --entries '${entry}'
`;
}
