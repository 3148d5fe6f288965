// What stands in a function's process for the Lambda runtime. Plain JavaScript: the process is a function's
// cold start, and type stripping would add some 35 ms to each.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const startedAtMs = process.uptime() * 1000;
const root = process.env.LAMBDA_TASK_ROOT;
const [fileName, exportName] = splitHandler(process.env._HANDLER);

process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches every process of the terminal; the host ends this one when its work is done.
process.on('SIGINT', () => {});

const handler = await load();
if (handler) {
  process.on('message', (message) => invoke(message));
  send({ type: 'ready', startedAtMs, readyAtMs: process.uptime() * 1000 });
}

async function load() {
  try {
    const file = ['.mjs', '.js', '.cjs']
      .map((end) => join(root, fileName + end))
      .find((path) => existsSync(path));
    if (!file) throw named('Runtime.ImportModuleError', `Cannot find module '${fileName}'`);
    const module = await import(pathToFileURL(file).href);
    const found = module[exportName] ?? module.default?.[exportName];
    if (typeof found !== 'function') {
      throw named('Runtime.HandlerNotFound', `${fileName}.${exportName} is undefined or not exported`);
    }
    return found;
  } catch (error) {
    send({ type: 'init-error', error: describe(error) });
    return undefined;
  }
}

async function invoke({ id, event, deadline, context: stated }) {
  const context = {
    ...stated,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  process.env._X_AMZN_TRACE_ID = stated.traceId;
  try {
    const result = await handler(JSON.parse(event), context);
    const payload = JSON.stringify(result) ?? 'null';
    send({ type: 'result', id, payload, rss: process.memoryUsage.rss() });
  } catch (error) {
    send({ type: 'error', id, error: describe(error), rss: process.memoryUsage.rss() });
  }
}

function splitHandler(name = '') {
  const dot = name.lastIndexOf('.');
  return [name.slice(0, dot), name.slice(dot + 1)];
}

function named(name, message) {
  return Object.assign(new Error(message), { name });
}

// As Lambda reports it: a thrown thing that is not an Error has its text and the type 'string', 'number', …
function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

function send(message) {
  if (process.connected) process.send(message);
}
