export { type FeedDeps, type FeedFile, feedSource, REFRESH_MS } from './feed-source.ts';
export { type ThreatFeed, type ThreatTable, type ThreatVerdict, threatTable } from './threat-feed.ts';
