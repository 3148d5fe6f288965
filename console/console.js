// The live page: decisions from `/local/decisions`, newest first. All text goes in as text, never as markup.

/** Rows kept on the page. */
const KEPT = 100;
/** Reasons shown before "all reasons" is opened. */
const SHOWN = 4;
/** A screen reader hears of at most one decision in this time, ms: a busy minute must stay listenable. */
const QUIET_MS = 3000;

const rows = document.getElementById('rows');
const connection = document.getElementById('connection');
const announcement = document.getElementById('announcement');
const count = document.getElementById('count');
const pause = document.getElementById('pause');
const filter = document.getElementById('filter');

const OUTCOMES = { allow: 'allow', step_up: 'step up', review: 'review', deny: 'deny' };
const waiting = [];
let total = 0;
let openedAt = 0;
let announcedAt = Number.NEGATIVE_INFINITY;

const stream = new EventSource('/local/decisions');
stream.addEventListener('open', () => {
  // What was decided before comes first, in one go; it is not news.
  openedAt = performance.now();
  say('Live', 'live');
});
stream.addEventListener('error', () => say('Connection lost, trying again…', 'lost'));
stream.addEventListener('message', ({ data }) => {
  const decision = JSON.parse(data);
  if (isPaused()) waiting.push(decision);
  else show(decision);
  tell();
});

pause.addEventListener('click', () => {
  pause.setAttribute('aria-pressed', String(!isPaused()));
  if (!isPaused()) for (const decision of waiting.splice(0)) show(decision);
  tell();
});

filter.addEventListener('change', () => {
  for (const row of rows.children) sift(row);
});

function isPaused() {
  return pause.getAttribute('aria-pressed') === 'true';
}

function say(text, state) {
  connection.textContent = text;
  connection.className = state;
}

function tell() {
  const held = waiting.length > 0 ? `, ${waiting.length} waiting` : '';
  count.textContent = `${total} decision${total === 1 ? '' : 's'}${held}`;
}

function sift(row) {
  row.hidden = filter.value !== '' && row.dataset.outcome !== filter.value;
}

function show(decision) {
  total += 1;
  const row = rowOf(decision);
  sift(row);
  rows.prepend(row);
  while (rows.children.length > KEPT) rows.lastElementChild.remove();
  announce(decision);
}

function announce({ outcome, score, reasons }) {
  if (performance.now() - announcedAt < QUIET_MS) return;
  announcedAt = performance.now();
  const [first] = reasons;
  announcement.textContent = `${OUTCOMES[outcome]}, score ${percent(score)}. ${first ? first.text : ''}`;
}

function rowOf(decision) {
  const row = element('tr', performance.now() - openedAt > 1000 ? 'new' : '');
  row.dataset.outcome = decision.outcome;
  const time = element('time', '', new Date(decision.time).toLocaleTimeString());
  time.dateTime = decision.time;
  const subject = element('th', 'subject', decision.subject);
  subject.scope = 'row';
  row.append(
    cell('time', time),
    subject,
    cell(
      '',
      element(
        'span',
        `outcome ${decision.outcome in OUTCOMES ? decision.outcome : ''}`,
        OUTCOMES[decision.outcome] ?? decision.outcome,
      ),
      note(decision),
    ),
    cell('score', document.createTextNode(percent(decision.score)), element('span', 'quiet', decision.level)),
    cell('', reasonsOf(decision)),
  );
  return row;
}

function note({ mode, degraded }) {
  const parts = [mode === 'shadow' ? 'shadow: not acted on' : 'enforced'];
  if (degraded) parts.push(`degraded: ${degraded.join(', ')}`);
  return element('span', 'quiet', parts.join(', '));
}

function reasonsOf({ base, reasons }) {
  const holder = document.createElement('div');
  // One scale for all rows, so that bars can be compared.
  const bars = reasons.map(({ contribution, code, text }) =>
    bar(contribution, contribution < 0 ? 'trust' : 'risk', code, text),
  );
  const baseBar = bar(base, 'base', 'base', 'Before any evidence');
  holder.append(list([...bars.slice(0, SHOWN), baseBar]));
  if (bars.length > SHOWN) {
    const more = document.createElement('details');
    more.append(element('summary', '', `${bars.length - SHOWN} more reasons`), list(bars.slice(SHOWN)));
    holder.append(more);
  }
  return holder;
}

function list(items) {
  const node = element('ul', 'reasons');
  // Safari forgets that an unstyled list is one.
  node.setAttribute('role', 'list');
  node.append(...items);
  return node;
}

function bar(value, kind, code, text) {
  const item = document.createElement('li');
  const signed = `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
  const meaning = kind === 'base' ? '' : kind === 'trust' ? ' trust' : ' risk';
  const number = element('span', 'value', signed);
  number.append(element('span', 'hidden', `${meaning}: `));
  const words = element('span', '', text);
  words.append(' ', element('code', '', code));
  item.append(number, drawn(value, kind), words);
  return item;
}

function drawn(value, kind) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '-100 0 200 10');
  svg.setAttribute('preserveAspectRatio', 'none');
  const rectangle = document.createElementNS(space, 'rect');
  // Square root: a reason of 0.2 can still be seen beside one of 5. Few bases, and no reasons, go beyond 9.
  const length = Math.min(100, Math.sqrt(Math.abs(value) / 9) * 100);
  rectangle.setAttribute('x', String(value < 0 ? -length : 0));
  rectangle.setAttribute('width', String(length));
  rectangle.setAttribute('height', '10');
  rectangle.setAttribute('class', kind);
  svg.append(rectangle);
  const holder = element('span', 'bar');
  holder.setAttribute('aria-hidden', 'true');
  holder.append(svg);
  return holder;
}

function cell(className, ...children) {
  const node = element('td', className);
  node.append(...children);
  return node;
}

function element(name, className = '', text = '') {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

function percent(score) {
  return `${(score * 100).toFixed(1)}%`;
}
