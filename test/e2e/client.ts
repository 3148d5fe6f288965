import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Decision } from '../../functions/decisions/decision.ts';
import type { LocalModeForTest } from '../local-mode.ts';

/** A native event with the members given. */
export const nativeEvent = (
  id: string,
  { metadata, ...data }: { metadata?: Record<string, unknown> } & Record<string, unknown> = {},
) => ({
  source: 'shop.example',
  'detail-type': 'Authentication Observed',
  detail: {
    metadata: { id, version: '1', time: new Date().toISOString(), ...metadata },
    data: {
      subject: { id: 'u-4711', kind: 'person', roles: ['clerk'] },
      action: 'sign_in',
      outcome: 'success',
      factors: ['password', 'totp'],
      network: { ip: '81.2.69.142', roundTripMs: 48 },
      agent: {
        userAgent:
          'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36',
        deviceId: 'd-1',
      },
      application: { id: 'backoffice' },
      ...data,
    },
  },
});

/** What an answer of the HTTP API holds. */
export interface Answer {
  readonly status: number;
  readonly type: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was answered
  readonly body: any;
}

/** An app that uses a running local mode from outside: HTTP with the development token, and the AWS SDK. */
export const appOf = (local: LocalModeForTest) => {
  const settings = {
    endpoint: local.urls.aws,
    region: 'us-east-1',
    credentials: { accessKeyId: 'app', secretAccessKey: 'app' },
  };
  const bus = new EventBridgeClient(settings);
  const queues = new SQSClient(settings);
  const request = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`${local.urls.api}${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${await local.issuer.token()}`,
        'content-type': 'application/json',
        ...(init.headers as Record<string, string>),
      },
    });
    const text = await response.text();
    const type = response.headers.get('content-type');
    return { status: response.status, type, body: text && /json/.test(type ?? '') ? JSON.parse(text) : text };
  };
  return {
    request,
    evaluate: (event: unknown, init: RequestInit = {}) =>
      request('/v1/evaluate', {
        method: 'POST',
        body: typeof event === 'string' ? event : JSON.stringify(event),
        ...init,
      }),
    decision: (id: string, tenant?: string) =>
      request(`/v1/decisions/${encodeURIComponent(id)}${tenant ? `?tenant=${tenant}` : ''}`),
    put: async (...events: { source: string; 'detail-type': string; detail: unknown; busName?: string }[]) =>
      bus.send(
        new PutEventsCommand({
          Entries: events.map(
            (event): PutEventsRequestEntry => ({
              EventBusName: event.busName ?? local.busName,
              Source: event.source,
              DetailType: event['detail-type'],
              Detail: JSON.stringify(event.detail),
            }),
          ),
        }),
      ),
    /** Takes messages off a queue whose name contains the given text, until none comes. */
    drainQueue: async (name: string): Promise<unknown[]> => {
      const resource = local.template
        .ofType('AWS::SQS::Queue')
        .find((queue) => queue.logicalId.includes(name));
      if (!resource) throw new Error(`No queue is named like ${name}`);
      const bodies: unknown[] = [];
      for (;;) {
        const { Messages = [] } = await queues.send(
          new ReceiveMessageCommand({
            QueueUrl: resource.ref,
            MaxNumberOfMessages: 10,
            VisibilityTimeout: 600,
          }),
        );
        if (Messages.length === 0) return bodies;
        for (const message of Messages) bodies.push(JSON.parse(message.Body ?? 'null'));
      }
    },
    close: () => {
      bus.destroy();
      queues.destroy();
    },
  };
};

/** Polls until the condition gives something, or fails after the time given. */
export const eventually = async <T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 20_000,
): Promise<T> => {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error('It did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** The score that a decision's printed terms add up to. */
export const printedScore = ({ base, reasons }: Pick<Decision, 'base' | 'reasons'>): number =>
  1 / (1 + Math.exp(-reasons.reduce((sum, reason) => sum + reason.contribution, base)));
