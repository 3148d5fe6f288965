import { createSign, generateKeyPairSync } from 'node:crypto';
import {
  type PublishedJwk,
  pseudonymsFor,
  type SigningKey,
  sealedBox,
  thumbprint,
} from '../../platform/index.ts';
import { EVENT_TYPES } from '../shared-signals/event-types.ts';
import type { OutgoingSignal } from '../shared-signals/outgoing.ts';
import type { PushOutcome } from '../shared-signals/push.ts';
import type { Stream } from '../shared-signals/stream.ts';
import type { StreamStore } from '../shared-signals/streams.store.ts';
import type { TransmitDeps, Undeliverable } from '../shared-signals/transmit.ts';

export const SECRET = 'a-secret-of-forty-characters-for-tests-ok';
export const ISSUER = 'https://countersign.example';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = publicKey.export({ format: 'jwk' });

/** A signing key in memory. */
export const testSigningKey: SigningKey & { readonly jwk: PublishedJwk } = {
  alg: 'RS256',
  jwk: { ...jwk, kid: thumbprint(jwk), alg: 'RS256', use: 'sig' },
  publicJwk: async () => testSigningKey.jwk,
  sign: async (bytes) => createSign('RSA-SHA256').update(bytes).sign(privateKey),
};

/** A session's signal, its identifiers sealed as the score function seals them. */
export const revokedSignal = (tenant: string, id: string, subject = 'u-1'): OutgoingSignal => ({
  kind: 'signal',
  id,
  tenant,
  time: Date.UTC(2026, 10, 20, 9),
  about: {
    session: 'pseudonym',
    sealed: sealedBox(SECRET, `session/${tenant}/pseudonym`).seal(
      JSON.stringify({ subject, session: 's-1', device: 'd-1', roles: ['admin'] }),
    ),
  },
  type: EVENT_TYPES.sessionRevoked,
  claims: { initiating_entity: 'policy', reason_admin: { en: 'Too risky' } },
});

export const pseudonymOf = (tenant: string, subject: string): string =>
  pseudonymsFor(SECRET, tenant)('subject', subject);

/** A stream, stored and listed. */
export const storedStream = async (
  streams: StreamStore,
  tenant: string,
  parts: Partial<Stream> = {},
): Promise<Stream> => {
  const list = await streams.list(tenant);
  const stream: Stream = {
    id: `${tenant}-${list.streams.length}`.padEnd(22, 'x'),
    version: 0,
    tenant,
    client: 'receiver',
    delivery: { method: 'push', url: 'https://receiver.example/events' },
    status: 'enabled',
    verified: 0,
    ...parts,
  };
  await streams.putList(tenant, {
    ...list,
    streams: [...list.streams, { id: stream.id, client: stream.client }],
  });
  await streams.put(stream, 0);
  return stream;
};

/** A transmitter over a real store, whose pushes are noted and answered as told. */
export const testTransmitter = (streams: StreamStore, now: () => number) => {
  const pushed: { url: string; token: string; authorization: string | undefined }[] = [];
  const answers: (PushOutcome | Error)[] = [];
  const givenUp: Undeliverable[] = [];
  const deps: TransmitDeps = {
    streams,
    key: testSigningKey,
    push: async (url, token, authorization) => {
      pushed.push({ url, token, authorization });
      const answer = answers.shift() ?? { outcome: 'accepted' };
      if (answer instanceof Error) throw answer;
      return answer;
    },
    issuer: ISSUER,
    subjectIssuer: 'https://idp.example',
    secret: async () => SECRET,
    clock: now,
    random: () => 0,
    giveUp: async (event) => {
      givenUp.push(event);
    },
    onFailure: () => undefined,
  };
  return { deps, pushed, answers, givenUp };
};
