import type { Operations } from './operation.ts';

const wallet = {
  id: 'Yq3…',
  format: 'ldp_vc',
  enrolledAt: '2026-11-20T09:24:00.123Z',
  enrolledBy: 'session',
};
const SUBJECT = { tag: 'Enrolled wallets', query: ['subject', 'tenant'], scopes: ['operate'] } as const;

/** Enrolling a wallet, and ending that. */
export const ENROLMENT_OPERATIONS: Operations = {
  'POST /v1/wallets': {
    id: 'enrolWallet',
    tag: 'Enrolled wallets',
    summary: 'Ask a wallet to be known again as the wallet of a subject',
    description:
      'Apps name the sign-in of a session (`eventId`): allowed at low risk, with factors of two kinds, at most ten ' +
      'minutes ago. Operators name the `subject`. The answer starts a wallet, as for any presentation; what became ' +
      'of it is `enrolment` in the result of the request, and `Presentation Verified` or `Presentation Rejected` ' +
      'on the bus.',
    scopes: ['operate', 'present'],
    query: ['tenant'],
    body: {
      description: 'For whom, and by what',
      schema: 'NewEnrolment',
      example: { eventId: '01JD8Z0V7N' },
    },
    answers: {
      201: {
        description: 'How to start the wallet',
        schema: 'PresentationRequested',
        example: {
          id: 'p3Jq…',
          expires_at: '2026-11-20T09:34:00.000Z',
          authorization_request: 'openid4vp://?client_id=…&request_uri=…',
          page_uri: 'https://api.example/v1/presentation-requests/Kd0…/page',
        },
      },
    },
    problems: {
      400: ['body-not-json', 'tenant-invalid'],
      403: [
        'operator-only',
        'operator-unnamed',
        'session-not-cleared',
        'session-single-factor',
        'tenant-mismatch',
      ],
      404: ['decision-unknown'],
      409: ['session-too-old'],
      413: ['body-too-large'],
      415: ['media-type-unsupported'],
      422: [
        'client-id-unavailable',
        'enrolment-invalid',
        'format-unsupported',
        'request-invalid',
        'return-uri-refused',
      ],
    },
  },
  'GET /v1/wallets': {
    ...SUBJECT,
    id: 'listWallets',
    summary: "List a subject's wallets, retired ones included",
    answers: {
      200: { description: 'The wallets', schema: 'EnrolledWallets', example: { wallets: [wallet] } },
    },
    problems: { 400: ['tenant-invalid'], 403: ['tenant-mismatch'], 422: ['enrolment-invalid'] },
  },
  'DELETE /v1/wallets/{id}': {
    ...SUBJECT,
    id: 'retireWallet',
    summary: 'Retire a wallet: it was lost, or another takes its place',
    path: { id: 'Of the wallet, as the list gives it' },
    answers: {
      200: {
        description: 'The wallet as it is now',
        schema: 'EnrolledWallet',
        example: { ...wallet, retiredAt: '2026-12-01T10:00:00.000Z' },
      },
    },
    problems: {
      400: ['tenant-invalid'],
      403: ['tenant-mismatch'],
      404: ['wallet-unknown'],
      422: ['enrolment-invalid'],
    },
  },
};
