import { join, resolve } from 'node:path'
import { z } from 'zod'
import { parseAllowedHost, type AllowedHost } from '#model/allowed-hosts.ts'
import { parseIpRange } from '#model/ip-ranges.ts'
import { parseSyslogTarget, type SyslogTarget } from '#model/syslog-target.ts'

/** Where nothing says otherwise (people.md 0). */
export const defaults = {
  domain: 'keystead.test',
  port: 8443,
  proxyPort: 8480,
  healthPort: 9464,
  dataDir: './data',
  region: 'us-east-1',
} as const
/** A free port of loopback. */
const free = 0

export interface Config {
  /** Lower case, two labels or more. */
  readonly domain: string
  readonly port: number
  /** 0 is a free port, here and below. */
  readonly proxyPort: number | 'off'
  readonly healthPort: number
  /** Absolute. */
  readonly dataDir: string
  /** Names another place for the key file than the one under `stateHome`. */
  readonly sealFile: string | undefined
  readonly stateHome: string
  /** Short-lived sockets, where the data directory's name is too long for one. */
  readonly runtimeDir: string | undefined
  /** Region of accounts where nothing says otherwise, and the one that has names of its own. */
  readonly region: string
  readonly throttle: 'on' | 'off'
  /** Who may write a vault's access policies: whoever manages the vault, as in Azure; or, guarded, only who may give roles there. */
  readonly accessPolicies: 'open' | 'guarded'
  /** Of this node among several, from 1. */
  readonly node: number
  readonly discoveryAlias: boolean
  /** Addresses and ranges of proxies in front whose `X-Forwarded-For` counts. */
  readonly trustedProxies: readonly string[]
  /** Hosts of token issuers outside that workloads may be vouched for by: `host`, `host:port`, `*.suffix` (security-and-reliability.md 5.7). */
  readonly federationHosts: readonly AllowedHost[]
  /** Hosts of the proxies of external key stores, as above. */
  readonly keyStoreHosts: readonly AllowedHost[]
  /** Hosts that events of vaults may be sent to, as above. */
  readonly eventHosts: readonly AllowedHost[]
  /** Issuers whose tokens about machines let keys out (key-vault.md 10.2). */
  readonly attestationAuthorities: readonly string[]
  /** PEM of the roots that vouch for attested machines; without it, no machine is one. */
  readonly attestationRootsFile: string | undefined
  /** PEM of an authority that is trusted besides the public ones when something is fetched from outside. */
  readonly outgoingCaFile: string | undefined
  /** How long an open disk goes on after its key was lost: the cloud takes up to an hour, here nothing is given unless it is asked for. */
  readonly revocationGraceSeconds: number
  /** Where alarms are told besides their own addresses. */
  readonly syslog: SyslogTarget | undefined
  readonly logLevel: 'error' | 'warn' | 'info' | 'silent'
  /** The operator's own certificate; else the development authority makes one. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined
}

/** What the command line knows, by the name of the flag without its dashes; a flag without a value is `true`. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>

export interface Surroundings {
  readonly flags: Flags
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly home: string
}

export type ConfigReading =
  | { readonly ok: true; readonly config: Config }
  /** One line each, naming the flag or the variable; never the value. */
  | { readonly ok: false; readonly problems: readonly string[] }

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'is a number from 0 to 65535')
  .transform(Number)
  .pipe(z.number().max(65_535, 'is a number from 0 to 65535'))
const path = z.string().min(1, 'is a path')
/** Spelt as tokens name it: what the URL parser would fold away is not looked for. */
function isIssuer(text: string): boolean {
  const url = URL.parse(text)
  return url?.protocol === 'https:' && url.username === '' && url.password === '' && url.search === '' && url.hash === ''
}
const hosts = z
  .string()
  .transform(text => text.split(',').map(parseAllowedHost))
  .refine(all => !all.includes(undefined), 'is a list of host names, each with :port or with *. in front, with commas between')
  .transform(all => all.filter(one => one !== undefined))
const domainName = z
  .string()
  .toLowerCase()
  .max(200, 'is a DNS name of 200 characters at most')
  .regex(
    /^(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)+(?!-)(?!\d+$)[a-z0-9-]{1,63}(?<!-)$/,
    'is a DNS name with two labels or more, such as keystead.test',
  )

/** One row a setting: flag, variable, and what it may be. Flags win over variables (people.md 8). */
const settings = {
  domain: { flag: 'domain', variable: 'KEYSTEAD_DOMAIN', schema: domainName },
  port: { flag: 'port', variable: 'KEYSTEAD_PORT', schema: port },
  proxyPort: { flag: 'proxy-port', variable: 'KEYSTEAD_PROXY_PORT', schema: z.union([z.literal('off'), port], 'is a port or off') },
  healthPort: { flag: 'health-port', variable: 'KEYSTEAD_HEALTH_PORT', schema: port },
  dataDir: { flag: 'data', variable: 'KEYSTEAD_DATA', schema: path },
  sealFile: { flag: 'seal-file', variable: 'KEYSTEAD_SEAL_FILE', schema: path },
  region: {
    flag: 'region',
    variable: 'KEYSTEAD_REGION',
    schema: z.string().regex(/^(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d{1,2}$/, 'is a Region of AWS, such as us-east-1'),
  },
  throttle: { flag: 'throttle', variable: 'KEYSTEAD_THROTTLE', schema: z.enum(['on', 'off'], 'is on or off') },
  accessPolicies: {
    flag: 'access-policies',
    variable: 'KEYSTEAD_ACCESS_POLICIES',
    schema: z.enum(['open', 'guarded'], 'is open or guarded'),
  },
  node: {
    flag: 'node',
    variable: 'KEYSTEAD_NODE',
    schema: z
      .string()
      .regex(/^[1-9]\d{0,3}$/, 'is a number from 1 to 9999')
      .transform(Number),
  },
  logLevel: {
    flag: 'log-level',
    variable: 'KEYSTEAD_LOG_LEVEL',
    schema: z.enum(['error', 'warn', 'info', 'silent'], 'is error, warn, info or silent'),
  },
  certFile: { flag: 'tls-cert-file', variable: 'KEYSTEAD_TLS_CERT_FILE', schema: path },
  keyFile: { flag: 'tls-key-file', variable: 'KEYSTEAD_TLS_KEY_FILE', schema: path },
  syslog: {
    flag: 'syslog',
    variable: 'KEYSTEAD_SYSLOG',
    schema: z.string().transform((text, context): SyslogTarget => {
      const target = parseSyslogTarget(text)
      if (target !== undefined) return target
      context.addIssue({ code: 'custom', message: 'is unix:/PATH, udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT' })
      return z.NEVER
    }),
  },
  revocationGraceSeconds: {
    flag: 'disks-revocation-grace-seconds',
    variable: 'KEYSTEAD_DISKS_REVOCATION_GRACE_SECONDS',
    schema: z
      .string()
      .regex(/^\d{1,4}$/, 'is a number of seconds from 0 to 3600')
      .transform(Number)
      .pipe(z.number().max(3_600, 'is a number of seconds from 0 to 3600')),
  },
  trustedProxies: {
    flag: 'trusted-proxies',
    variable: 'KEYSTEAD_TRUSTED_PROXIES',
    schema: z
      .string()
      .transform(text => text.split(',').map(one => one.trim()))
      .refine(all => all.every(one => parseIpRange(one) !== undefined), 'is a list of addresses and ranges (CIDR) with commas between'),
  },
  federationHosts: { flag: 'federation-hosts', variable: 'KEYSTEAD_FEDERATION_HOSTS', schema: hosts },
  keyStoreHosts: { flag: 'key-store-hosts', variable: 'KEYSTEAD_KEY_STORE_HOSTS', schema: hosts },
  eventHosts: { flag: 'event-hosts', variable: 'KEYSTEAD_EVENT_HOSTS', schema: hosts },
  attestationAuthorities: {
    flag: 'attestation-authorities',
    variable: 'KEYSTEAD_ATTESTATION_AUTHORITIES',
    schema: z
      .string()
      .transform(text => text.split(',').map(one => one.trim()))
      .refine(all => all.every(isIssuer), 'is a list of https URLs of issuers, with commas between'),
  },
  attestationRootsFile: { flag: 'attestation-roots-file', variable: 'KEYSTEAD_ATTESTATION_ROOTS_FILE', schema: path },
  outgoingCaFile: { flag: 'outgoing-ca-file', variable: 'KEYSTEAD_OUTGOING_CA_FILE', schema: path },
  noDiscoveryAlias: {
    flag: 'no-discovery-alias',
    variable: 'KEYSTEAD_NO_DISCOVERY_ALIAS',
    schema: z.enum(['true', 'false', '1', '0'], 'is true or false'),
  },
} as const

const given = z.object({
  domain: settings.domain.schema.default(defaults.domain),
  port: settings.port.schema.optional(),
  proxyPort: settings.proxyPort.schema.optional(),
  healthPort: settings.healthPort.schema.optional(),
  dataDir: settings.dataDir.schema.default(defaults.dataDir),
  sealFile: settings.sealFile.schema.optional(),
  region: settings.region.schema.default(defaults.region),
  throttle: settings.throttle.schema.default('on'),
  accessPolicies: settings.accessPolicies.schema.default('open'),
  node: settings.node.schema.default(1),
  logLevel: settings.logLevel.schema.default('info'),
  certFile: settings.certFile.schema.optional(),
  keyFile: settings.keyFile.schema.optional(),
  revocationGraceSeconds: settings.revocationGraceSeconds.schema.default(0),
  syslog: settings.syslog.schema.optional(),
  trustedProxies: settings.trustedProxies.schema.optional(),
  federationHosts: settings.federationHosts.schema.default([]),
  attestationAuthorities: settings.attestationAuthorities.schema.default([]),
  keyStoreHosts: settings.keyStoreHosts.schema.default([]),
  eventHosts: settings.eventHosts.schema.default([]),
  attestationRootsFile: settings.attestationRootsFile.schema.optional(),
  outgoingCaFile: settings.outgoingCaFile.schema.optional(),
  noDiscoveryAlias: settings.noDiscoveryAlias.schema.default('false'),
})
type Given = z.output<typeof given>

/** Flags, then `KEYSTEAD_*`, then defaults become one frozen value; everything that is wrong is told at once. */
export function readConfig(from: Surroundings): ConfigReading {
  const said = new Map(Object.entries(settings).map(([name, setting]) => [name, saidBy(from, setting)]))
  const parsed = given.safeParse(Object.fromEntries([...said].map(([name, one]) => [name, one?.value])))
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.map(({ path: [name], message }) => `${said.get(String(name))?.where ?? String(name)} ${message}`),
    }
  }
  const { certFile, keyFile } = parsed.data
  if ((certFile === undefined) !== (keyFile === undefined))
    return { ok: false, problems: ['--tls-cert-file and --tls-key-file go together'] }
  return { ok: true, config: Object.freeze(completed(parsed.data, from)) }
}

interface Said {
  readonly value: string
  readonly where: string
}

function saidBy({ flags, env }: Surroundings, setting: { readonly flag: string; readonly variable: string }): Said | undefined {
  const flag = flags[setting.flag]
  if (flag !== undefined) return { value: String(flag), where: `--${setting.flag}` }
  const variable = env[setting.variable]
  // An empty variable is how a shell says that there is none.
  return variable === undefined || variable === '' ? undefined : { value: variable, where: setting.variable }
}

function completed(given: Given, { env, cwd, home }: Surroundings): Config {
  const inCwd = (file: string) => resolve(cwd, file)
  const { certFile, keyFile } = given
  return {
    domain: given.domain,
    port: given.port ?? defaults.port,
    ...ports(given),
    dataDir: inCwd(given.dataDir),
    sealFile: given.sealFile === undefined ? undefined : inCwd(given.sealFile),
    stateHome: absolute(env['XDG_STATE_HOME']) ?? join(home, '.local', 'state'),
    runtimeDir: absolute(env['XDG_RUNTIME_DIR']),
    region: given.region,
    throttle: given.throttle,
    accessPolicies: given.accessPolicies,
    revocationGraceSeconds: given.revocationGraceSeconds,
    syslog: given.syslog,
    node: given.node,
    discoveryAlias: given.noDiscoveryAlias !== 'true' && given.noDiscoveryAlias !== '1',
    trustedProxies: given.trustedProxies ?? [],
    federationHosts: given.federationHosts,
    attestationAuthorities: given.attestationAuthorities,
    keyStoreHosts: given.keyStoreHosts,
    eventHosts: given.eventHosts,
    attestationRootsFile: given.attestationRootsFile === undefined ? undefined : inCwd(given.attestationRootsFile),
    outgoingCaFile: given.outgoingCaFile === undefined ? undefined : inCwd(given.outgoingCaFile),
    logLevel: given.logLevel,
    tls: certFile === undefined || keyFile === undefined ? undefined : { certFile: inCwd(certFile), keyFile: inCwd(keyFile) },
  }
}

/** Who names the port means to run beside others: what else listens takes free ports unless it is told (people.md 0.1 decision 1). */
function ports(given: Given): Pick<Config, 'proxyPort' | 'healthPort'> {
  const alone = given.port === undefined
  return {
    proxyPort: given.proxyPort ?? (alone ? defaults.proxyPort : free),
    healthPort: given.healthPort ?? (alone ? defaults.healthPort : free),
  }
}

/** The XDG specification: a relative path is to be ignored. */
const absolute = (path: string | undefined) => (path?.startsWith('/') === true ? path : undefined)
