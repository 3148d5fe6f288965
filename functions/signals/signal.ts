import type { Baseline, Observation, Velocity } from '../baselines/index.ts';
import type { AuthEvent } from '../events/index.ts';
import type { ThreatVerdict } from './feeds/index.ts';
import type { Point } from './geography.ts';

/** What kind of network an address belongs to, by the committed lists and feeds. */
export type NetworkClass =
  | 'unknown'
  | 'mobile'
  | 'satellite'
  | 'hosting'
  | 'vpn'
  | 'relay'
  | 'tor'
  | 'reserved';

/** What can be said of an address from data on board, without any look-up over the network. */
export interface NetworkFacts {
  /** `203.0.113.0/24` for IPv4, `2001:db8:1::/48` for IPv6. */
  readonly prefix: string;
  /** `AS64500`. Absent when no route covers the address. */
  readonly asn?: string;
  /** The operator's name in the ASN data; for operators' eyes. */
  readonly asName?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  readonly city?: string;
  /** Degrees, WGS 84. */
  readonly latitude?: number;
  readonly longitude?: number;
  /** Our estimate, by prefix length of the matched record, of the radius of truth, km. */
  readonly radiusKm?: number;
  readonly class: NetworkClass;
}

/** What an agent string says. */
export interface AgentFacts {
  /** `Chrome`, `Firefox`, `Safari`, `curl`, `aws-cli`, … or `other`. */
  readonly family: string;
  /** Major version, where it states one. */
  readonly major?: number;
  /** `Windows`, `macOS`, `iOS`, `Android`, `Linux`, `ChromeOS` or `other`. */
  readonly os: string;
  readonly device: 'desktop' | 'mobile' | 'tablet' | 'tool' | 'bot' | 'other';
  /** True for command-line clients, HTTP libraries, headless browsers. */
  readonly automated: boolean;
}

/** Everything a signal may look at. Plain data: a signal does no I/O and reads no clock. */
export interface SignalContext {
  readonly event: AuthEvent;
  readonly network?: NetworkFacts;
  readonly agent?: AgentFacts;
  /** What the threat feed says of the address; absent when no feed is loaded. */
  readonly threats?: ThreatVerdict;
  /** Every place where round-trip times are measured, if the operator states it. */
  readonly servers?: readonly Point[];
  readonly observation: Observation;
  /** The subject's own baseline; empty for a stranger. */
  readonly subject: Baseline;
  /** The baselines to back off to when the subject's history is thin. */
  readonly role?: Baseline;
  readonly application?: Baseline;
  readonly tenant?: Baseline;
  readonly velocity: {
    readonly address?: Velocity;
    readonly prefix?: Velocity;
    readonly asn?: Velocity;
    readonly agent?: Velocity;
  };
}

/** A signal's finding: a number for the model, words for people; or why it could not be evaluated. */
export type Evaluation =
  | {
      readonly evaluated: true;
      /** The feature that the model sees, within the definition's range. */
      readonly value: number;
      /** What this event showed, for operators: may name network and place, never an address. */
      readonly observed: string;
      /** What is usual for this subject. */
      readonly usual: string;
      /** Since when the usual has been known, ms. */
      readonly since?: number;
    }
  | { readonly evaluated: false; readonly why: string };

/** One signal: evidence derived from an event and the baselines. One file each. */
export interface SignalDefinition {
  /** Stable detection code, after Entra's and Auth0's public names where one fits: `newDevice`, `unlikelyTravel`. */
  readonly code: string;
  /** A few words for a heading. */
  readonly title: string;
  /** One paragraph: what it means, how it is computed, when it is muted. */
  readonly description: string;
  /** Unit of the feature: `share`, `km/h`, `count`, `0 or 1`, … */
  readonly unit: string;
  /** Inclusive range of the feature. */
  readonly range: readonly [number, number];
  /** Public names that other systems give it. */
  readonly alsoKnownAs?: readonly string[];
  evaluate(context: SignalContext): Evaluation;
  /**
   * The sentences that the subject may read, by the value found: no address, no place, no threshold, and no more than
   * the value bears out. In rising order; the last has no bound. What operators read is `observed` and `usual`.
   */
  readonly texts: readonly Grade[];
}

/** What may be said of values up to a bound. */
export interface Grade {
  /** Exclusive; absent for all that is above the others. */
  readonly below?: number;
  readonly text: string;
}

/**
 * What the subject may read of a value: the first sentence whose bound is above it.
 *
 * @example
 * ```ts
 * personText(dormantAccount, 0.5); // 'Your account was last used within a day before.'
 * ```
 */
export function personText({ texts }: Pick<SignalDefinition, 'texts'>, value: number): string {
  return texts.find(({ below }) => below === undefined || value < below)!.text;
}

/** An evaluation with the code of its signal. */
export type Signal = Evaluation & { readonly code: string };
