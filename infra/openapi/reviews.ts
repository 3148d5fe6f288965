import type { Content, Operations } from './operation.ts';

const BODY_PROBLEMS = {
  400: ['body-not-json', 'tenant-invalid'],
  413: ['body-too-large'],
  415: ['media-type-unsupported'],
} as const;
const APPS_AND_REVIEWERS = { scopes: ['evaluate', 'operate'], query: ['tenant'], tag: 'People' } as const;
const REVIEWERS = { scopes: ['operate'], tag: 'People' } as const;

/** What was right and what was wrong: from apps, reviewers, and people themselves. */
const FEEDBACK: Operations = {
  'POST /v1/feedback': {
    ...APPS_AND_REVIEWERS,
    id: 'feedback',
    summary: 'Say what an event really was',
    description:
      '`confirmSafe` lets the event teach its subject’s baseline, `confirmCompromised` takes back what it taught, ' +
      '`dismiss` says nothing of it.',
    body: {
      description: 'The event and the verdict',
      schema: 'Feedback',
      example: { eventId: '01JD8Z0V7N', verdict: 'confirmSafe', comment: 'Called them back' },
    },
    answers: {
      201: {
        description: 'It counts from now on',
        schema: 'FeedbackGiven',
        example: { feedbackId: 'Zm9v.YmFy' },
      },
    },
    problems: {
      ...BODY_PROBLEMS,
      403: ['tenant-mismatch'],
      404: ['event-unknown'],
      409: ['feedback-limit'],
      422: ['feedback-invalid'],
    },
  },
  'DELETE /v1/feedback/{feedbackId}': {
    ...APPS_AND_REVIEWERS,
    id: 'withdrawFeedback',
    summary: 'Take feedback back, and what it did to the baseline',
    path: { feedbackId: 'As it was given' },
    answers: { 204: { description: 'It counts no more', type: 'none' } },
    problems: { 400: ['tenant-invalid'], 403: ['tenant-mismatch'], 404: ['feedback-unknown'] },
  },
  'POST /v1/feedback-links': {
    ...APPS_AND_REVIEWERS,
    id: 'feedbackLink',
    summary: 'Make a link that asks the person once: was this you?',
    body: {
      description: 'The event',
      schema: 'NewFeedbackLink',
      example: { eventId: '01JD8Z0V7N', hours: 48 },
    },
    answers: {
      201: {
        description: 'For a mail or a message to the person',
        schema: 'FeedbackLink',
        example: { url: 'https://api.example/v1/feedback-links/eyJ…', expiresAt: '2026-11-22T09:24:00.000Z' },
      },
    },
    problems: {
      ...BODY_PROBLEMS,
      403: ['tenant-mismatch'],
      404: ['event-unknown'],
      422: ['feedback-invalid'],
    },
  },
  'GET /v1/feedback-links/{token}': {
    id: 'feedbackQuestion',
    tag: 'People',
    summary: 'The page that asks the person',
    scopes: [],
    errors: 'page',
    path: { token: 'Of the link' },
    answers: { 200: { description: 'The page', type: 'text/html' } },
    problems: { 404: ['link-invalid', 'event-unknown'], 410: ['link-expired', 'link-used'] },
  },
  'POST /v1/feedback-links/{token}': {
    id: 'answerFeedbackLink',
    tag: 'People',
    summary: 'What the person answers',
    scopes: [],
    errors: 'page',
    path: { token: 'Of the link' },
    body: {
      description: 'The form of the page',
      type: 'application/x-www-form-urlencoded',
      schema: 'FeedbackAnswer',
      example: { answer: 'me' },
    },
    answers: { 200: { description: 'A page that says thank you', type: 'text/html' } },
    problems: {
      404: ['link-invalid', 'event-unknown'],
      409: ['feedback-limit'],
      410: ['link-expired', 'link-used'],
      415: ['media-type-unsupported'],
      422: ['feedback-invalid'],
    },
  },
};

const VIEW: Content = { description: 'The review, with all that is needed to decide it', schema: 'Review' };

/** The queue of what people decide. */
const REVIEWS: Operations = {
  'GET /v1/reviews': {
    ...REVIEWERS,
    id: 'reviews',
    summary: 'Read the queue, the nearest deadline first',
    query: ['state', 'limit', 'after', 'tenant'],
    answers: { 200: { description: 'A page of it', schema: 'ReviewList', example: { reviews: [] } } },
    problems: { 400: ['page-invalid', 'tenant-invalid'], 403: ['tenant-mismatch'], 422: ['review-invalid'] },
  },
  'GET /v1/reviews/{id}': {
    ...REVIEWERS,
    id: 'review',
    summary: 'Read one review',
    path: { id: 'Of the review' },
    query: ['tenant'],
    answers: { 200: VIEW },
    problems: { 400: ['tenant-invalid'], 403: ['tenant-mismatch'], 404: ['review-unknown'] },
  },
  'POST /v1/reviews/{id}': {
    ...REVIEWERS,
    id: 'actOnReview',
    summary: 'Claim, release, comment, escalate, decide, approve or object',
    description:
      'Who decides has claimed the review. Where policy asks for more than one approval, others approve.',
    path: { id: 'Of the review' },
    query: ['tenant'],
    body: {
      description: 'What to do',
      schema: 'ReviewAction',
      example: { action: 'decide', outcome: 'allow', comment: 'Called them back' },
    },
    answers: { 200: VIEW },
    problems: {
      ...BODY_PROBLEMS,
      403: ['approver-same', 'reviewer-unnamed', 'tenant-mismatch'],
      404: ['review-unknown'],
      409: ['review-conflict'],
      410: ['review-expired'],
      422: ['review-invalid'],
    },
  },
  'GET /v1/labels': {
    ...REVIEWERS,
    id: 'labels',
    summary: 'Read what people said of events, as examples to train from',
    query: ['limit', 'after', 'tenant'],
    answers: { 200: { description: 'A page of it', schema: 'LabelList', example: { labels: [] } } },
    problems: { 400: ['page-invalid', 'tenant-invalid'], 403: ['tenant-mismatch'], 422: ['review-invalid'] },
  },
};

const DISPUTE: Content = {
  description: 'What the person may know of it',
  schema: 'Dispute',
  example: {
    reference: 'd-….…',
    status: 'open',
    respondBy: '2026-12-04T09:24:00.000Z',
    decision: 'The sign-in was not let through.',
    reasons: ['You signed in with a device that is new to us'],
  },
};

/** The way to contest a decision. */
const DISPUTES: Operations = {
  'POST /v1/disputes': {
    ...APPS_AND_REVIEWERS,
    id: 'dispute',
    summary: 'Contest a decision, for the person it is about',
    description: 'A person looks at it. An open dispute of the same event is given again.',
    body: {
      description: 'The event, and what the person says of it',
      schema: 'NewDispute',
      example: { eventId: '01JD8Z0V7N', statement: 'I was on a journey' },
    },
    answers: { 201: DISPUTE },
    problems: {
      ...BODY_PROBLEMS,
      403: ['tenant-mismatch'],
      404: ['event-unknown'],
      409: ['review-conflict'],
      422: ['dispute-invalid'],
    },
  },
  'GET /v1/disputes/{reference}': {
    ...APPS_AND_REVIEWERS,
    id: 'disputeStatus',
    summary: 'How a dispute stands',
    path: { reference: 'As it was given' },
    answers: { 200: DISPUTE },
    problems: { 400: ['tenant-invalid'], 403: ['tenant-mismatch'], 404: ['dispute-unknown'] },
  },
};

const SUBJECT = {
  ...REVIEWERS,
  path: { id: 'As the application names the subject' },
  query: ['tenant'],
} as const;

/** A subject's rights to what is kept. */
const SUBJECTS: Operations = {
  'GET /v1/subjects/{id}': {
    ...SUBJECT,
    id: 'exportSubject',
    summary: 'Read all that is kept about a subject',
    answers: { 200: { description: 'All of it, in plain JSON', schema: 'SubjectExport' } },
    problems: { 400: ['tenant-invalid'], 403: ['tenant-mismatch'], 404: ['subject-unknown'] },
  },
  'DELETE /v1/subjects/{id}': {
    ...SUBJECT,
    id: 'eraseSubject',
    summary: 'Forget a subject',
    description: 'What the log holds of the subject stays there, unreadable. It can be asked again.',
    answers: {
      200: { description: 'How much went', schema: 'SubjectErased', example: { decisions: 12, records: 1 } },
    },
    problems: { 400: ['tenant-invalid'], 403: ['tenant-mismatch'], 404: ['subject-unknown'] },
  },
  'POST /v1/subjects/{id}/rebuild': {
    ...SUBJECT,
    id: 'rebuildSubject',
    summary: "Build a subject's baseline anew from the log of decisions",
    description:
      'Without what people said was not the subject: exact where feedback on a single event can only repair with care. The log is some seconds behind; until it holds all that the baseline knows, and when an event comes meanwhile, the answer is 409 and nothing was changed.',
    answers: {
      200: {
        description: 'What the baseline holds now',
        schema: 'SubjectRebuilt',
        example: {
          subject: 'p…',
          decisions: 12,
          leftOut: 1,
          baseline: { events: 11, days: 6, maturity: 'learning' },
        },
      },
    },
    problems: {
      400: ['tenant-invalid'],
      403: ['tenant-mismatch'],
      404: ['subject-unknown'],
      409: ['rebuild-conflict'],
    },
  },
};

/** People's say. */
export const REVIEW_OPERATIONS: Operations = { ...FEEDBACK, ...REVIEWS, ...DISPUTES, ...SUBJECTS };
