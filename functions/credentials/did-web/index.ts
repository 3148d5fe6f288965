export { didResolver, didWebUrl } from './did-web.ts';
