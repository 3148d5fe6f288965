import type { Factor } from '../../functions/events/auth-event.ts';
import { type City, offsetOf, PLAN } from './address-plan.ts';
import { type AgentChoice, chooseAgent, type DeviceClass } from './agents.ts';
import {
  fixedSite,
  fixedSiteNear,
  lease,
  mobileSite,
  type Site,
  satelliteSite,
  vpnSite,
} from './networks.ts';
import { chance, integer, normal, pick, type Random, randomFrom, weighted } from './random.ts';

/** A machine that somebody signs in from. */
export interface Device {
  readonly id: string;
  readonly agent: AgentChoice;
}

/** What the applications of somebody's employer report; what they do not is absent from every event. */
export interface Coverage {
  readonly deviceId: boolean;
  readonly userAgent: boolean;
  readonly roundTrip: boolean;
  readonly application: boolean;
  /** Whether passwords are compared with known leaks, and whether a liveness check is made. */
  readonly leakCheck: boolean;
  readonly liveness: boolean;
}

/** A workplace: staff share its egress addresses. */
export interface Workplace {
  readonly id: string;
  readonly city: City;
  readonly egress: readonly { readonly site: Site; readonly lease: number }[];
  readonly coverage: Coverage;
  readonly applications: readonly string[];
}

/** Somebody with habits. Everything that changes from day to day is drawn later, from a stream of their own. */
export interface Person {
  readonly id: string;
  readonly role: string;
  readonly workplace: Workplace;
  readonly home: Site;
  readonly homeLease: number;
  /** A second household in the same town: a partner's, parents'. */
  readonly second?: Site;
  readonly carrier: Site;
  /** Hours ahead of UTC. */
  readonly offset: number;
  readonly devices: readonly Device[];
  readonly vpn?: { readonly exits: readonly Site[]; readonly share: number };
  readonly applications: readonly string[];
  readonly resources: readonly { readonly id: string; readonly sensitivity: 'low' | 'medium' | 'high' }[];
  readonly secondFactor?: Factor;
  readonly passwordless: boolean;
  /** Hour of the local day at which work usually begins. */
  readonly starts: number;
  readonly nightWorker: boolean;
  readonly weekends: number;
  readonly officeShare: number;
  /** Mean sign-ins on a working day. */
  readonly perDay: number;
  readonly traveller: boolean;
  /** Mean sites visited by chance: cafés, libraries, hotels round the corner, per sign-in. */
  readonly roams: number;
  /** First day of the account, from the start of the simulation. Negative: it is older. */
  readonly joined: number;
  /** Share of sign-ins preceded by a mistyped password. */
  readonly typos: number;
  /** Private browsing: device identifiers do not last. */
  readonly forgetful: boolean;
  /** Their password is in a known leak. */
  readonly leaked: boolean;
}

/** Where people live: every country of the plan, the populous ones of today's cloud customers more. */
const COUNTRY_WEIGHTS: Record<string, number> = {
  US: 26,
  GB: 10,
  DE: 11,
  FR: 8,
  ES: 5,
  IT: 5,
  NL: 4,
  PL: 4,
  SE: 3,
  NO: 3,
  CA: 5,
  AU: 4,
  BR: 6,
  IN: 9,
  JP: 5,
  MX: 3,
  ZA: 3,
};
const ROLES = [
  'clerk',
  'engineer',
  'manager',
  'sales',
  'support',
  'nurse',
  'finance',
  'administrator',
] as const;
/** What people, and who poses as them, open. */
export const RESOURCES = [
  { id: 'wiki', sensitivity: 'low' },
  { id: 'mail', sensitivity: 'medium' },
  { id: 'crm', sensitivity: 'medium' },
  { id: 'payroll', sensitivity: 'high' },
  { id: 'source-code', sensitivity: 'high' },
  { id: 'reports', sensitivity: 'low' },
] as const;

/**
 * The same people under other circumstances: what is given replaces what was drawn, and all else about everybody
 * stays, the number of their machines too. For asking whether circumstances alone change how people are treated.
 */
export interface AsIf extends Circumstances {
  /** Everybody lives and works in this country. */
  readonly country?: string;
}

/** One person's circumstances that may be given instead of drawn. */
export interface Circumstances {
  readonly connection?: 'fixed' | 'satellite';
  readonly first?: 'desktop' | 'mobile' | 'assistive';
}

/** Shares of people in rare circumstances: at home behind a satellite, and by what they sign in on first. */
export const NATURAL = { satellite: 0.02, mobile: 0.12, assistive: 0.03 } as const;

/** A few workplaces for a population; about one for every eight people. */
export function makeWorkplaces(seed: string, people: number, asIf: AsIf = {}): Workplace[] {
  const count = Math.max(3, Math.round(people / 8));
  return Array.from({ length: count }, (_, i) => {
    const random = randomFrom(seed, 'workplace', i);
    const drawn = weighted(
      random,
      Object.entries(COUNTRY_WEIGHTS).map(([code, weight]) => [code, weight] as const),
    );
    const country = asIf.country ?? drawn;
    const main = fixedSite(random, country);
    const egress = [{ site: main, lease: lease(random) }];
    if (chance(random, 0.4)) egress.push({ site: fixedSiteNear(random, main.city), lease: lease(random) });
    return {
      id: `site-${i}`,
      city: main.city,
      egress: egress.map(({ site, lease: at }) => ({
        site: { ...site, kind: 'office' as const },
        lease: at,
      })),
      coverage: {
        deviceId: chance(random, 0.7),
        userAgent: chance(random, 0.97),
        roundTrip: chance(random, 0.4),
        application: chance(random, 0.85),
        leakCheck: chance(random, 0.4),
        liveness: chance(random, 0.15),
      },
      applications: [
        'portal',
        'mail',
        pick(random, ['backoffice', 'crm', 'desk']),
        pick(random, ['expenses', 'wiki', 'build']),
      ],
    };
  });
}

/** Draws a person: their stream depends on the seed and their number alone. */
export function makePerson(
  seed: string,
  index: number,
  workplaces: readonly Workplace[],
  days: number,
  asIf: Circumstances = {},
): Person {
  const random = randomFrom(seed, 'person', index);
  const workplace = pick(random, workplaces);
  const drawnSatellite = chance(random, NATURAL.satellite);
  const satellite = asIf.connection === undefined ? drawnSatellite : asIf.connection === 'satellite';
  const near = fixedSiteNear(random, workplace.city);
  const home = satellite ? satelliteSite(workplace.city) : near;
  const country = near.city.country;
  const mobileOnly = chance(random, NATURAL.mobile);
  const assistive = chance(random, NATURAL.assistive);
  const first: DeviceClass = asIf.first ?? (assistive ? 'assistive' : mobileOnly ? 'mobile' : 'desktop');
  const nightWorker = chance(random, 0.07);
  const privacy = chance(random, 0.08);
  return {
    id: `u-${index}`,
    role: pick(random, ROLES),
    workplace,
    home,
    homeLease: lease(random),
    ...(chance(random, 0.25) ? { second: fixedSiteNear(random, near.city) } : {}),
    carrier: mobileSite(random, country),
    offset: offsetOf(near.city),
    devices: makeDevices(
      randomFrom(seed, 'devices', index),
      `${seed}-${index}`,
      first,
      asIf.first !== undefined,
    ),
    ...(privacy ? { vpn: makeVpn(randomFrom(seed, 'vpn', index), country) } : {}),
    applications: workplace.applications.slice(0, integer(random, 1, workplace.applications.length)),
    resources: [pick(random, RESOURCES), pick(random, RESOURCES)],
    ...secondFactorOf(random),
    passwordless: chance(random, 0.1),
    starts: nightWorker ? normal(random, 21, 1) : Math.min(11, Math.max(5, normal(random, 8, 1.1))),
    nightWorker,
    weekends: chance(random, 0.3) ? 0.8 : 0.15,
    officeShare: pick(random, [0, 0.2, 0.5, 0.9]),
    perDay: Math.min(8, Math.max(0.12, Math.exp(normal(random, 0.3, 0.8)))),
    traveller: chance(random, 0.08),
    roams: pick(random, [0.005, 0.02, 0.06]),
    joined: chance(random, 0.15) ? integer(random, 0, Math.max(0, days - 3)) : -1,
    typos: pick(random, [0.02, 0.05, 0.12]),
    forgetful: chance(random, 0.05),
    leaked: chance(random, 0.015),
  };
}

/**
 * @param alike whether people have as many machines whatever the first one is; as they are drawn, those whose first one
 *   is a telephone seldom have another
 */
function makeDevices(random: Random, prefix: string, first: DeviceClass, alike: boolean): Device[] {
  const classes: DeviceClass[] = [first];
  const another = chance(random, 0.75);
  if (another && first !== 'mobile') classes.push('mobile');
  else if (another && alike) classes.push('desktop');
  if (chance(random, 0.25)) classes.push('desktop');
  if (chance(random, 0.15)) classes.push('tablet');
  return classes.map((device, i) => ({ id: `d-${prefix}-${i}`, agent: chooseAgent(random, device) }));
}

function makeVpn(random: Random, country: string): { exits: Site[]; share: number } {
  const exits = [vpnSite(random, country), vpnSite(random, country)];
  if (chance(random, 0.5)) exits.push(vpnSite(random));
  return { exits, share: pick(random, [0.15, 0.4, 0.9]) };
}

function secondFactorOf(random: Random): { secondFactor?: Factor } {
  const factor = weighted<Factor | undefined>(random, [
    [undefined, 35],
    ['totp', 22],
    ['push', 22],
    ['sms', 14],
    ['security_key', 7],
  ]);
  return factor === undefined ? {} : { secondFactor: factor };
}

/** Any city of a country's fixed lines. */
export function cityIn(random: Random, country: string): City {
  return fixedSite(random, country).city;
}

/** Countries that people may travel to. */
export const DESTINATIONS = PLAN.countries.map((country) => country.code);
