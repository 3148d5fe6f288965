export { parseAgent } from './agent.ts';
export { catalogue, evaluateSignals, featureVector } from './catalogue.ts';
export { STRONGEST, strengthOf, strongest } from './factor-order.ts';
export {
  type FeedDeps,
  type FeedFile,
  feedSource,
  type ThreatTable,
  type ThreatVerdict,
} from './feeds/index.ts';
export { greatCircleKm, type Point } from './geography.ts';
export { modelInput, modelInputs } from './model-input.ts';
export {
  type GeoManifest,
  type GeoSource,
  type NetworkLookup,
  openNetworkLookup,
  parseAddress,
} from './network/index.ts';
export { isPlaceless, type ObserveOptions, observe } from './observe.ts';
export {
  RECENT_PROPERTIES,
  RECENT_STEPS,
  RECENT_WIDTH,
  recentEvents,
  recentInputs,
} from './recent-events.ts';
export type {
  AgentFacts,
  Evaluation,
  Grade,
  NetworkClass,
  NetworkFacts,
  Signal,
  SignalContext,
  SignalDefinition,
} from './signal.ts';
export { personText } from './signal.ts';
export { SignalError } from './signal-error.ts';
