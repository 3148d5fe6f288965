import { readFileSync } from 'node:fs';

/** A city that addresses of the plan belong to. */
export interface City {
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** Degrees, WGS 84. */
  readonly latitude: number;
  readonly longitude: number;
}

/** First address of a block as a number, and the index of its city. */
export type Block = readonly [start: number, city: number];

/** Blocks of one autonomous system, all of one size (addresses). */
export interface OperatorBlocks {
  readonly asn: number;
  readonly size: number;
  readonly blocks: readonly Block[];
}

/** Access networks of one country. */
export interface CountryPlan {
  readonly code: string;
  /** Hours ahead of UTC; null where a country has several zones and the city's longitude tells. */
  readonly offset: number | null;
  readonly fixed: readonly OperatorBlocks[];
  readonly mobile: readonly OperatorBlocks[];
}

/** Real address ranges, sampled, that the simulated people and attackers sign in from. */
export interface AddressPlan {
  readonly notice: string;
  readonly cities: readonly City[];
  readonly countries: readonly CountryPlan[];
  readonly vpn: readonly OperatorBlocks[];
  readonly hosting: readonly OperatorBlocks[];
  readonly tor: readonly OperatorBlocks[];
  readonly satellite: readonly OperatorBlocks[];
}

/** The committed plan. */
export const PLAN: AddressPlan = JSON.parse(
  readFileSync(new URL('../address-plan.json', import.meta.url), 'utf8'),
);

/** Dotted text of an IPv4 address. */
export function dotted(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** Hours ahead of UTC in a city, without summer time: from its country, or its longitude in wide countries. */
export function offsetOf(city: City): number {
  const country = PLAN.countries.find((candidate) => candidate.code === city.country);
  return country?.offset ?? Math.round(city.longitude / 15);
}
