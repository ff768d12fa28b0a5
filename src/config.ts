import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { AllowedHost } from '#model/allowed-hosts.ts'
import type { SyslogTarget } from '#model/syslog-target.ts'
import type { TokenPlace } from '#ports/tokens.ts'
import { nearestOf } from './nearest.ts'
export { nearestOf } from './nearest.ts'
import { settings } from './settings.ts'

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
  /** Beyond loopback: an address of this machine, or all of them (`0.0.0.0`, `::`). */
  readonly listen: string | undefined
  /** The operator has named the risk: a key file beside the data, or a certificate that clients do not know, beyond loopback. */
  readonly riskDevelopment: boolean
  /** 0 is a free port, here and below. */
  readonly proxyPort: number | 'off'
  readonly healthPort: number
  /** Absolute. */
  readonly dataDir: string
  /** Names another place for the key file than the one under `stateHome`. */
  readonly sealFile: string | undefined
  /** The token that its seal is on, and the file that has its PIN. */
  readonly token: (TokenPlace & { readonly pinFile: string }) | undefined
  /** Tokens that stores of accounts' keys may stand in, by ids of clusters, and the certificate (PEM) that vouches for them. */
  readonly keyStoreTokens:
    | { readonly module: string; readonly clusters: ReadonlyMap<string, string>; readonly anchorFile: string }
    | undefined
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
  /** Where messages to contacts of certificates are laid for the mail system of the house, in clear; without it they wait in the outbox. */
  readonly mailFolder: string | undefined
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
  /** What the configuration file says, by dotted names: `tls.certFile`. */
  readonly file?: { readonly path: string; readonly values: Readonly<Record<string, string>> } | undefined
}

export type ConfigReading =
  | { readonly ok: true; readonly config: Config }
  /** One line each, naming the flag or the variable; never the value. */
  | { readonly ok: false; readonly problems: readonly string[] }

const given = z.object({
  domain: settings.domain.schema.default(defaults.domain),
  port: settings.port.schema.optional(),
  listen: settings.listen.schema.optional(),
  riskDevelopment: settings.riskDevelopment.schema.default('false'),
  proxyPort: settings.proxyPort.schema.optional(),
  healthPort: settings.healthPort.schema.optional(),
  dataDir: settings.dataDir.schema.default(defaults.dataDir),
  sealFile: settings.sealFile.schema.optional(),
  pkcs11Module: settings.pkcs11Module.schema.optional(),
  pkcs11Token: settings.pkcs11Token.schema.optional(),
  pkcs11PinFile: settings.pkcs11PinFile.schema.optional(),
  keyStoreTokens: settings.keyStoreTokens.schema.optional(),
  keyStoreAnchorFile: settings.keyStoreAnchorFile.schema.optional(),
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
  mailFolder: settings.mailFolder.schema.optional(),
  noDiscoveryAlias: settings.noDiscoveryAlias.schema.default('false'),
})
type Given = z.output<typeof given>

/** Flags, then `KEYSTEAD_*`, then the file, then defaults become one frozen value; everything that is wrong is told at once. */
export function readConfig(from: Surroundings): ConfigReading {
  const unknown = unknownNames(from)
  if (unknown.length > 0) return { ok: false, problems: unknown }
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
  const unsafe = halfAToken(parsed.data) ?? unsafeListening(parsed.data)
  if (unsafe !== undefined) return { ok: false, problems: [unsafe] }
  return { ok: true, config: Object.freeze(completed(parsed.data, from)) }
}

export interface Said {
  readonly value: string
  readonly where: string
}

interface Setting {
  readonly flag: string
  readonly variable: string
  readonly file: string
}

const fileNames: ReadonlyMap<string, string> = new Map<string, string>([
  ...Object.entries(settings).map(([name, { file }]): readonly [string, string] => [name, file]),
  ['discoveryAlias', settings.noDiscoveryAlias.file],
])

/** A member of the configuration as the file calls it. */
export const fileNameOf = (name: string): string => fileNames.get(name) ?? name

/** Where each setting that somebody said was said, and what: `config show --origin`. */
export const saidSettings = (from: Surroundings): readonly (Said & { readonly name: string })[] =>
  Object.values(settings).flatMap(setting => {
    const said = saidBy(from, setting)
    return said === undefined ? [] : [{ ...said, name: setting.file }]
  })

/** Nothing in a file is passed over: a name that is wrong by a letter would leave a default in force. */
function unknownNames({ file }: Surroundings): readonly string[] {
  if (file === undefined) return []
  const known = Object.values(settings).map(setting => setting.file)
  return Object.keys(file.values)
    .filter(name => !known.some(one => one === name))
    .map(name => `${file.path}: ${name} is no setting; the nearest is ${nearestOf(name, known)}`)
}

/** One module for the seal's token and those of key stores; each needs what is its own. */
function halfAToken({ pkcs11Module, pkcs11Token, pkcs11PinFile, keyStoreTokens, keyStoreAnchorFile }: Given): string | undefined {
  const seal = [pkcs11Token, pkcs11PinFile].filter(one => one !== undefined).length
  const stores = [keyStoreTokens, keyStoreAnchorFile].filter(one => one !== undefined).length
  if (stores === 1) return '--key-store-tokens and --key-store-anchor-file go together'
  if (seal === 1 || (pkcs11Module === undefined && seal > 0)) return '--pkcs11-module, --pkcs11-token and --pkcs11-pin-file go together'
  if (pkcs11Module === undefined && stores > 0) return '--key-store-tokens needs --pkcs11-module'
  return pkcs11Module !== undefined && seal + stores === 0 ? '--pkcs11-module needs --pkcs11-token or --key-store-tokens' : undefined
}

const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.')
const named = (said: string): boolean => said === 'true' || said === '1'

/** Do other machines reach it? */
export const reachesOut = ({ listen }: Pick<Config, 'listen'>): boolean => listen !== undefined && !isLoopback(listen)

/** Beyond loopback nobody has our development authority: the operator's own certificate, or the risk named (security-and-reliability.md 5.6). */
function unsafeListening({ listen, certFile, riskDevelopment }: Given): string | undefined {
  if (listen === undefined || isLoopback(listen) || certFile !== undefined || named(riskDevelopment)) return undefined
  return '--listen beyond loopback needs --tls-cert-file and --tls-key-file; --risk-development-beyond-loopback accepts the development certificate'
}

function saidBy({ flags, env, file }: Surroundings, setting: Setting): Said | undefined {
  const flag = flags[setting.flag]
  if (flag !== undefined) return { value: String(flag), where: `--${setting.flag}` }
  const variable = env[setting.variable]
  // An empty variable is how a shell says that there is none.
  if (variable !== undefined && variable !== '') return { value: variable, where: setting.variable }
  const written = file?.values[setting.file]
  return written === undefined ? undefined : { value: written, where: `${file?.path}: ${setting.file}` }
}

function tokenOf({ pkcs11Module, pkcs11Token, pkcs11PinFile }: Given, inCwd: (file: string) => string): Config['token'] {
  if (pkcs11Module === undefined || pkcs11Token === undefined || pkcs11PinFile === undefined) return undefined
  return { module: inCwd(pkcs11Module), label: pkcs11Token, pinFile: inCwd(pkcs11PinFile) }
}

function keyStoreTokensOf(
  { pkcs11Module, keyStoreTokens, keyStoreAnchorFile }: Given,
  inCwd: (file: string) => string,
): Config['keyStoreTokens'] {
  if (pkcs11Module === undefined || keyStoreTokens === undefined || keyStoreAnchorFile === undefined) return undefined
  return { module: inCwd(pkcs11Module), clusters: keyStoreTokens, anchorFile: inCwd(keyStoreAnchorFile) }
}

function completed(given: Given, { env, cwd, home }: Surroundings): Config {
  const inCwd = (file: string) => resolve(cwd, file)
  const { certFile, keyFile } = given
  return {
    domain: given.domain,
    port: given.port ?? defaults.port,
    listen: given.listen,
    riskDevelopment: named(given.riskDevelopment),
    ...ports(given),
    dataDir: inCwd(given.dataDir),
    sealFile: given.sealFile === undefined ? undefined : inCwd(given.sealFile),
    token: tokenOf(given, inCwd),
    keyStoreTokens: keyStoreTokensOf(given, inCwd),
    stateHome: absolute(env['XDG_STATE_HOME']) ?? join(home, '.local', 'state'),
    runtimeDir: absolute(env['XDG_RUNTIME_DIR']),
    region: given.region,
    throttle: given.throttle,
    accessPolicies: given.accessPolicies,
    revocationGraceSeconds: given.revocationGraceSeconds,
    mailFolder: given.mailFolder === undefined ? undefined : inCwd(given.mailFolder),
    syslog: given.syslog,
    node: given.node,
    discoveryAlias: !named(given.noDiscoveryAlias),
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
