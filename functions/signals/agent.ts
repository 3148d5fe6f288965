import type { AgentFacts } from './signal.ts';

/** No agent string that says anything is longer; the rest is not looked at. */
const MAX_LENGTH = 1_024;

type Device = AgentFacts['device'];

/** A mark in the string, the family it stands for, and, where it decides that, the kind of client. */
type Rule = readonly [mark: string, family: string, device?: Device];

/**
 * Command-line clients, libraries and automation, by how they name themselves. First match counts, so what is
 * built on something else comes before it. Lower case.
 */
const AUTOMATED: readonly Rule[] = [
  ['headlesschrome', 'HeadlessChrome', 'bot'],
  ['phantomjs', 'PhantomJS', 'bot'],
  ['puppeteer', 'Puppeteer', 'bot'],
  ['playwright', 'Playwright', 'bot'],
  ['selenium', 'Selenium', 'bot'],
  ['webdriver', 'Selenium', 'bot'],
  ['slimerjs', 'SlimerJS', 'bot'],
  ['googlebot', 'Googlebot', 'bot'],
  ['bingbot', 'Bingbot', 'bot'],
  ['gptbot', 'GPTBot', 'bot'],
  ['claudebot', 'ClaudeBot', 'bot'],
  ['trufflehog', 'TruffleHog', 'bot'],
  ['stratus-red-team', 'Stratus', 'bot'],
  ['sqlmap', 'sqlmap', 'bot'],
  ['nikto', 'Nikto', 'bot'],
  ['nuclei', 'Nuclei', 'bot'],
  ['hydra', 'Hydra', 'bot'],
  ['terraform', 'Terraform', 'tool'],
  ['pulumi', 'Pulumi', 'tool'],
  ['aws-cli/', 'aws-cli', 'tool'],
  ['boto3/', 'Boto3', 'tool'],
  ['botocore/', 'Boto3', 'tool'],
  ['aws-sdk-', 'aws-sdk', 'tool'],
  ['amazon-ssm-agent', 'aws-service', 'tool'],
  ['aws internal', 'aws-service', 'tool'],
  ['aws-internal/', 'aws-service', 'tool'],
  ['.amazonaws.com', 'aws-service', 'tool'],
  ['azure-cli/', 'azure-cli', 'tool'],
  ['azurecli/', 'azure-cli', 'tool'],
  ['google-cloud-sdk', 'gcloud', 'tool'],
  ['gcloud/', 'gcloud', 'tool'],
  ['kubectl/', 'kubectl', 'tool'],
  ['windowspowershell/', 'PowerShell', 'tool'],
  ['powershell/', 'PowerShell', 'tool'],
  ['python-requests/', 'python-requests', 'tool'],
  ['python-httpx/', 'python-httpx', 'tool'],
  ['python-urllib', 'python-urllib', 'tool'],
  ['python-httplib2', 'python-httplib2', 'tool'],
  ['aiohttp/', 'aiohttp', 'tool'],
  ['curl/', 'curl', 'tool'],
  ['wget/', 'Wget', 'tool'],
  ['httpie/', 'HTTPie', 'tool'],
  ['postmanruntime/', 'Postman', 'tool'],
  ['insomnia/', 'Insomnia', 'tool'],
  ['go-http-client/', 'Go-http-client', 'tool'],
  ['okhttp/', 'okhttp', 'tool'],
  ['apache-httpclient/', 'Apache-HttpClient', 'tool'],
  ['java/', 'Java', 'tool'],
  ['node-fetch', 'node-fetch', 'tool'],
  ['axios/', 'axios', 'tool'],
  ['undici', 'undici', 'tool'],
  ['got (', 'got', 'tool'],
  ['libwww-perl', 'libwww-perl', 'tool'],
  ['ruby/', 'Ruby', 'tool'],
  ['guzzlehttp', 'Guzzle', 'tool'],
  ['rust/', 'Rust', 'tool'],
  ['reqwest/', 'Rust', 'tool'],
  ['scrapy/', 'Scrapy', 'bot'],
  ['crawler', 'crawler', 'bot'],
  ['spider', 'crawler', 'bot'],
];

/** Browsers and apps that people use. Most carry the marks of the one they are built on: those come later. */
const BROWSERS: readonly Rule[] = [
  ['edg/', 'Edge'],
  ['edga/', 'Edge'],
  ['edgios/', 'Edge'],
  ['edge/', 'Edge'],
  ['opr/', 'Opera'],
  ['opera/', 'Opera'],
  ['opt/', 'Opera'],
  ['samsungbrowser/', 'Samsung'],
  ['vivaldi/', 'Vivaldi'],
  ['yabrowser/', 'Yandex'],
  ['ucbrowser/', 'UC'],
  ['miuibrowser/', 'MIUI'],
  ['duckduckgo/', 'DuckDuckGo'],
  ['ddg/', 'DuckDuckGo'],
  ['whale/', 'Whale'],
  ['electron/', 'Electron'],
  ['crios/', 'Chrome'],
  ['fxios/', 'Firefox'],
  ['focus/', 'Firefox'],
  ['firefox/', 'Firefox'],
  ['chromium/', 'Chrome'],
  ['chrome/', 'Chrome'],
  ['msie ', 'IE'],
  ['trident/', 'IE'],
  ['version/', 'Safari'],
];

/** Operating systems. iPhones say "like Mac OS X" and Androids say "Linux": those come first. */
const SYSTEMS: readonly Rule[] = [
  ['iphone', 'iOS', 'mobile'],
  ['ipod', 'iOS', 'mobile'],
  ['ipad', 'iOS', 'tablet'],
  ['android', 'Android'],
  ['cros ', 'ChromeOS', 'desktop'],
  ['windows phone', 'Windows', 'mobile'],
  ['windows', 'Windows', 'desktop'],
  ['win32', 'Windows', 'desktop'],
  ['macintosh', 'macOS', 'desktop'],
  ['mac os x', 'macOS', 'desktop'],
  ['os/macos', 'macOS', 'desktop'],
  ['darwin', 'macOS', 'desktop'],
  ['linux', 'Linux', 'desktop'],
  ['x11', 'Linux', 'desktop'],
];

const NOTHING: AgentFacts = Object.freeze({
  family: 'other',
  os: 'other',
  device: 'other',
  automated: false,
});

/**
 * Says in coarse terms what an agent string claims to be. The string is the client's own word: a signal may notice that it
 * changed, never rely on it being true.
 *
 * Plain substring search over at most 1,024 characters, no regular expressions: linear in the length of the string whatever
 * it holds. Assistive software is never named: a screen reader adds nothing to an agent string, and where a plug-in does,
 * it is not a mark that this looks for, so such users are no rarer than their browser.
 *
 * @param userAgent the string as the client sent it
 * @returns frozen facts; all `other` where nothing is recognised, which is not by itself a sign of automation
 *
 * @example
 * ```ts
 * parseAgent('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36');
 * // { family: 'Chrome', major: 131, os: 'Windows', device: 'desktop', automated: false }
 * ```
 */
export function parseAgent(userAgent: string): AgentFacts {
  const text = userAgent.slice(0, MAX_LENGTH).toLowerCase();
  if (text === '') return NOTHING;
  const system = firstOf(SYSTEMS, text);
  const os = system?.[1] ?? 'other';

  const tool = firstOf(AUTOMATED, text);
  if (tool !== undefined) {
    return facts(tool[1], majorAfter(text, tool[0]), os, tool[2] ?? 'tool', true);
  }
  const browser = firstOf(BROWSERS, text);
  if (browser === undefined || (browser[1] === 'Safari' && !text.includes('safari/')))
    return facts('other', undefined, os, system?.[2] ?? deviceOf(os, text), false);
  // Internet Explorer 11 dropped its name and kept the engine's; it states its version as "rv:11".
  const mark = browser[0] === 'trident/' && text.includes('rv:') ? 'rv:' : browser[0];
  return facts(browser[1], majorAfter(text, mark), os, system?.[2] ?? deviceOf(os, text), false);
}

function firstOf(rules: readonly Rule[], text: string): Rule | undefined {
  for (const rule of rules) if (text.includes(rule[0])) return rule;
  return undefined;
}

/** Android says "Mobile" on phones and leaves it out on tablets. */
function deviceOf(os: string, text: string): Device {
  if (os !== 'Android') return text.includes('mobile') ? 'mobile' : 'other';
  return text.includes('mobile') ? 'mobile' : 'tablet';
}

/** The number right after a mark (and one separator), at most four digits. */
function majorAfter(text: string, mark: string): number | undefined {
  let at = text.indexOf(mark) + mark.length;
  const separator = text.charCodeAt(at);
  if (separator === 0x2f || separator === 0x20) at++;
  let value = 0;
  let digits = 0;
  for (; digits < 4; digits++) {
    const digit = text.charCodeAt(at + digits) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
  }
  return digits === 0 ? undefined : value;
}

function facts(
  family: string,
  major: number | undefined,
  os: string,
  device: Device,
  automated: boolean,
): AgentFacts {
  return Object.freeze({ family, ...(major !== undefined && { major }), os, device, automated });
}
