export { parseQuery } from '../dcql-query.ts';
