import type { NetworkFacts, NetworkLookup } from '../../functions/signals/index.ts';
import { dotted } from '../simulator/address-plan.ts';
import { pick, type Random } from '../simulator/random.ts';

/** A public address and what is known of it. */
export interface Listed {
  readonly ip: string;
  readonly facts: NetworkFacts;
}

/**
 * Addresses drawn evenly from the whole routed IPv4 space, not from the plan that training draws from, so that
 * the attackers of the evaluation come from networks that no model was trained on.
 */
export class AddressBook {
  readonly #lookup: NetworkLookup;
  readonly #all: Listed[] = [];
  readonly #byCountry = new Map<string, Listed[]>();
  readonly #hidden: Listed[] = [];

  /** @param size how many addresses to draw */
  constructor(random: Random, lookup: NetworkLookup, size: number) {
    this.#lookup = lookup;
    while (this.#all.length < size) {
      const ip = dotted(Math.floor(random() * 2 ** 32));
      const facts = lookup.lookup(ip);
      if (facts.class === 'reserved' || !facts.asn || !facts.country) continue;
      const listed = { ip, facts };
      this.#all.push(listed);
      const same = this.#byCountry.get(facts.country);
      if (same) same.push(listed);
      else this.#byCountry.set(facts.country, [listed]);
      if (facts.class === 'hosting' || facts.class === 'vpn') this.#hidden.push(listed);
    }
  }

  /** Any address outside a country. */
  abroad(random: Random, country: string): Listed {
    for (;;) {
      const found = pick(random, this.#all);
      if (found.facts.country !== country) return found;
    }
  }

  /** An address of a country, by preference of a hosting or VPN network, or of none of those. */
  within(random: Random, country: string, hidden: boolean): Listed {
    const there = this.#byCountry.get(country) ?? [];
    const wanted = there.filter(
      ({ facts }) => (facts.class === 'hosting' || facts.class === 'vpn') === hidden,
    );
    return pick(random, wanted.length > 0 ? wanted : there.length > 0 ? there : this.#all);
  }

  /** An address of a hosting or VPN network anywhere. */
  rented(random: Random): Listed {
    return pick(random, this.#hidden);
  }

  /** Another address of the same operator and, if one can be found, the same city as a given one; never its prefix. */
  near(random: Random, ip: string): Listed {
    const known = this.#lookup.lookup(ip);
    const [a, b, c, d] = ip.split('.').map(Number) as [number, number, number, number];
    const start = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    let sameOperator: Listed | undefined;
    for (let reach = 4; reach <= 20; reach++) {
      for (let attempt = 0; attempt < 12; attempt++) {
        const offset = Math.round((random() * 2 - 1) * 2 ** reach * 16);
        const address = start + offset;
        if (address < 2 ** 24 || address >= 2 ** 32) continue;
        const facts = this.#lookup.lookup(dotted(address));
        if (facts.asn !== known.asn || facts.prefix === known.prefix) continue;
        const listed = { ip: dotted(address), facts };
        if (facts.city === known.city) return listed;
        sameOperator ??= listed;
      }
    }
    return sameOperator ?? this.within(random, known.country ?? 'US', false);
  }
}
