import { integer, pick, type Random, weighted } from './random.ts';

/** The sort of machine somebody holds. */
export type DeviceClass = 'desktop' | 'mobile' | 'tablet' | 'assistive' | 'tool';

/** A browser or tool, as a function of its major version. */
interface Agent {
  readonly name: string;
  /** Major version at {@link VERSION_EPOCH}, and days between releases; 0 where the string does not move. */
  readonly version: number;
  readonly everyDays: number;
  readonly text: (version: number) => string;
}

/** When the versions below were current: 1 October 2025. */
const VERSION_EPOCH = Date.UTC(2025, 9, 1);
const DAY_MS = 86_400_000;

const chrome =
  (platform: string, suffix = '') =>
  (version: number) =>
    `Mozilla/5.0 (${platform}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36${suffix}`;
const firefox = (platform: string) => (version: number) =>
  `Mozilla/5.0 (${platform}; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`;
const WINDOWS = 'Windows NT 10.0; Win64; x64';
const MAC = 'Macintosh; Intel Mac OS X 10_15_7';
const LINUX = 'X11; Linux x86_64';

const agent = (name: string, version: number, everyDays: number, text: Agent['text']): Agent => ({
  name,
  version,
  everyDays,
  text,
});

/**
 * Agents by class, weighted by how often they are met: global desktop and mobile browser shares as public
 * traffic statistics gave them in 2025, rounded. Assistive agents are text browsers that blind people use
 * with a screen reader or a Braille line; a screen reader on a common browser does not show in its string.
 */
const AGENTS: Record<DeviceClass, readonly (readonly [Agent, number])[]> = {
  desktop: [
    [agent('Chrome/Windows', 141, 28, chrome(WINDOWS)), 44],
    [agent('Edge/Windows', 141, 28, (v) => `${chrome(WINDOWS)(v)} Edg/${v}.0.0.0`), 13],
    [agent('Firefox/Windows', 143, 28, firefox(WINDOWS)), 5],
    [agent('Opera/Windows', 122, 35, (v) => `${chrome(WINDOWS)(v + 16)} OPR/${v}.0.0.0`), 2],
    [agent('Chrome/macOS', 141, 28, chrome(MAC)), 14],
    [
      agent(
        'Safari/macOS',
        26,
        180,
        (v) => `Mozilla/5.0 (${MAC}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${v}.0 Safari/605.1.15`,
      ),
      10,
    ],
    [agent('Firefox/macOS', 143, 28, firefox('Macintosh; Intel Mac OS X 10.15')), 2],
    [agent('Chrome/Linux', 141, 28, chrome(LINUX)), 3],
    [agent('Firefox/Linux', 143, 28, firefox(LINUX)), 2],
    [agent('Chrome/ChromeOS', 141, 28, chrome('X11; CrOS x86_64 14541.0.0')), 3],
  ],
  mobile: [
    [
      agent('Chrome/Android', 141, 28, (v) =>
        chrome('Linux; Android 10; K')(v).replace('Safari', 'Mobile Safari'),
      ),
      58,
    ],
    [
      agent(
        'Samsung/Android',
        28,
        90,
        (v) =>
          `Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/${v}.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
      ),
      5,
    ],
    [
      agent(
        'Safari/iOS',
        26,
        180,
        (v) =>
          `Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${v}.0 Mobile/15E148 Safari/604.1`,
      ),
      27,
    ],
    [
      agent(
        'Chrome/iOS',
        141,
        28,
        (v) =>
          `Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/${v}.0.0.0 Mobile/15E148 Safari/604.1`,
      ),
      4,
    ],
    [
      agent(
        'Firefox/Android',
        143,
        28,
        (v) => `Mozilla/5.0 (Android 15; Mobile; rv:${v}.0) Gecko/${v}.0 Firefox/${v}.0`,
      ),
      1,
    ],
  ],
  tablet: [
    [
      agent(
        'Safari/iPad',
        18,
        180,
        (v) =>
          `Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${v}.0 Mobile/15E148 Safari/604.1`,
      ),
      6,
    ],
    [agent('Chrome/tablet', 141, 28, chrome('Linux; Android 13; SM-X710')), 4],
  ],
  assistive: [
    [agent('Lynx', 0, 0, () => 'Lynx/2.9.2 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/3.8.3'), 3],
    [agent('edbrowse', 0, 0, () => 'edbrowse/3.8.9'), 1],
    [agent('w3m', 0, 0, () => 'w3m/0.5.3+git20230121'), 2],
    [agent('Firefox-ESR/Windows', 128, 364, firefox(WINDOWS)), 6],
  ],
  tool: [
    [
      agent('aws-cli', 0, 0, () => 'aws-cli/2.28.4 md/awscrt#0.27.6 ua/2.1 os/linux#5.15 lang/python#3.13.4'),
      3,
    ],
    [agent('boto3', 0, 0, () => 'Boto3/1.40.11 md/Botocore#1.40.11 ua/2.1 os/linux lang/python#3.12.3'), 4],
    [agent('python', 0, 0, () => 'python-requests/2.32.5'), 3],
    [agent('go', 0, 0, () => 'Go-http-client/2.0'), 3],
    [agent('curl', 0, 0, () => 'curl/8.15.0'), 1],
    [agent('terraform', 0, 0, () => 'HashiCorp Terraform/1.13.2 (+https://www.terraform.io)'), 1],
  ],
};

/** One machine's agent; its string moves on as its software is updated. */
export interface AgentChoice {
  readonly name: string;
  readonly device: DeviceClass;
  readonly at: (time: number) => string;
}

/** A machine of a class with an agent as common as it is in the world; updates reach it a few days late. */
export function chooseAgent(random: Random, device: DeviceClass): AgentChoice {
  return ofAgent(weighted(random, AGENTS[device]), device, integer(random, 0, 12));
}

/** The same agent as another machine's, of any version lag: what an attacker who knows the agent sends. */
export function sameAgent(choice: AgentChoice): AgentChoice {
  const [found] = AGENTS[choice.device].find(([candidate]) => candidate.name === choice.name)!;
  return ofAgent(found, choice.device, 3);
}

/** Any other agent of the class: a new browser on the same machine. */
export function otherAgent(random: Random, choice: AgentChoice): AgentChoice {
  const others = AGENTS[choice.device].filter(([candidate]) => candidate.name !== choice.name);
  return ofAgent(
    others.length > 0 ? weighted(random, others) : AGENTS[choice.device][0]![0],
    choice.device,
    5,
  );
}

function ofAgent(found: Agent, device: DeviceClass, lagDays: number): AgentChoice {
  return {
    name: found.name,
    device,
    at: (time) => {
      const days = (time - VERSION_EPOCH) / DAY_MS - lagDays;
      return found.text(found.version + (found.everyDays === 0 ? 0 : Math.floor(days / found.everyDays)));
    },
  };
}

/** Agent strings of attack tools, crude and careful: some are of a program, some copied once, as many kept current. */
export function attackAgent(random: Random, time: number): string {
  if (random() < 0.3)
    return pick(random, ['python-requests/2.31.0', 'Go-http-client/1.1', 'okhttp/4.12.0', 'axios/1.7.2']);
  const choice = chooseAgent(random, random() < 0.75 ? 'desktop' : 'mobile');
  return choice.at(time - integer(random, 0, random() < 0.5 ? 20 : 900) * DAY_MS);
}
