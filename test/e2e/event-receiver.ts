import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';

/** A security event as a receiver has verified it. */
export interface ReceivedEvent {
  readonly jti: string;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was sent
  readonly event: any;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was sent
  readonly subject: any;
  readonly claims: JWTPayload;
}

/**
 * A receiver of security events by push (RFC 8935): a real HTTP server that verifies each token against the
 * transmitter's published keys.
 */
export const startEventReceiver = async (transmitter: string, audience: string) => {
  const received: ReceivedEvent[] = [];
  const requests: { status: number; type: string | undefined; authorization: string | undefined }[] = [];
  /** What the next requests are answered with instead of being taken; `hang` gives no answer. */
  const instead: (number | 'hang' | { status: number; body: string })[] = [];
  const keys = createRemoteJWKSet(new URL(`${transmitter}/.well-known/jwks.json`));
  const verify = async (token: string): Promise<ReceivedEvent> => {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: transmitter,
      audience,
      typ: 'secevent+jwt',
      algorithms: ['RS256'],
    });
    if (protectedHeader.kid === undefined || payload.exp !== undefined || payload.sub !== undefined)
      throw new Error('The token is not as SSF 1.0 §4.1 has it');
    const [[type, event] = ['', {}], ...more] = Object.entries(payload.events as object);
    if (more.length > 0) throw new Error('The token tells of several events');
    return { jti: payload.jti!, type, event, subject: payload.sub_id, claims: payload };
  };
  const server = createServer(async (request, response) => {
    let token = '';
    for await (const chunk of request) token += chunk;
    const wanted = instead.shift();
    const answer = (status: number, body = '') => {
      requests.push({
        status,
        type: request.headers['content-type'],
        authorization: request.headers.authorization,
      });
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    };
    if (wanted === 'hang') return;
    if (typeof wanted === 'number') return answer(wanted);
    if (wanted) return answer(wanted.status, wanted.body);
    try {
      received.push(await verify(token));
      answer(202);
    } catch (error) {
      answer(400, JSON.stringify({ err: 'invalid_request', description: String(error) }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    received,
    requests,
    instead,
    verify,
    /** The events of a type, by the last part of its name. */
    ofType: (name: string) => received.filter(({ type }) => type.endsWith(`/${name}`)),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
