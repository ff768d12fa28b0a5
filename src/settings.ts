// What may be said to an instance, and how each setting is spelled wherever it is said.
import { z } from 'zod'
import { parseAllowedHost } from '#model/allowed-hosts.ts'
import { parseIpRange } from '#model/ip-ranges.ts'
import { parseSyslogTarget, type SyslogTarget } from '#model/syslog-target.ts'

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'is a number from 0 to 65535')
  .transform(Number)
  .pipe(z.number().max(65_535, 'is a number from 0 to 65535'))
const path = z.string().min(1, 'is a path')
const tokenLabel = z
  .string()
  .refine(label => /^.+$/.test(label) && new TextEncoder().encode(label).length <= 32, 'is a label of 1 to 32 bytes')
const isClusterId = /^cluster-[2-7a-zA-Z]{11,16}$/
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

/** One row a setting: flag, variable, its name in the configuration file, and what it may be. Flags win over variables, variables over the file (people.md 8). */
export const settings = {
  domain: { flag: 'domain', file: 'domain', variable: 'KEYSTEAD_DOMAIN', schema: domainName },
  port: { flag: 'port', file: 'listen.port', variable: 'KEYSTEAD_PORT', schema: port },
  listen: {
    flag: 'listen',
    file: 'listen.address',
    variable: 'KEYSTEAD_LISTEN',
    schema: z.union([z.ipv4(), z.ipv6()], 'is an IP address, such as 0.0.0.0, :: or 10.0.0.5'),
  },
  riskDevelopment: {
    flag: 'risk-development-beyond-loopback',
    file: 'listen.riskDevelopmentBeyondLoopback',
    variable: 'KEYSTEAD_RISK_DEVELOPMENT_BEYOND_LOOPBACK',
    schema: z.enum(['true', 'false', '1', '0'], 'is true or false'),
  },
  proxyPort: {
    flag: 'proxy-port',
    file: 'proxy.port',
    variable: 'KEYSTEAD_PROXY_PORT',
    schema: z.union([z.literal('off'), port], 'is a port or off'),
  },
  healthPort: { flag: 'health-port', file: 'listen.metricsPort', variable: 'KEYSTEAD_HEALTH_PORT', schema: port },
  dataDir: { flag: 'data', file: 'data', variable: 'KEYSTEAD_DATA', schema: path },
  sealFile: { flag: 'seal-file', file: 'seal.keyFile', variable: 'KEYSTEAD_SEAL_FILE', schema: path },
  pkcs11Module: { flag: 'pkcs11-module', file: 'pkcs11.module', variable: 'KEYSTEAD_PKCS11_MODULE', schema: path },
  pkcs11Token: { flag: 'pkcs11-token', file: 'pkcs11.token', variable: 'KEYSTEAD_PKCS11_TOKEN', schema: tokenLabel },
  pkcs11PinFile: { flag: 'pkcs11-pin-file', file: 'pkcs11.pinFile', variable: 'KEYSTEAD_PKCS11_PIN_FILE', schema: path },
  keyStoreTokens: {
    flag: 'key-store-tokens',
    file: 'pkcs11.keyStoreTokens',
    variable: 'KEYSTEAD_KEY_STORE_TOKENS',
    schema: z
      .string()
      .transform(text => text.split(',').map(one => one.trim().split('=')))
      .refine(
        all =>
          all.every(([id = '', label, ...more]) => more.length === 0 && isClusterId.test(id) && tokenLabel.safeParse(label).success) &&
          new Set(all.map(([id]) => id)).size === all.length &&
          new Set(all.map(([, label]) => label)).size === all.length,
        'is a list of cluster-ID=LABEL of a token, with commas between, each id and each label once',
      )
      .transform(all => new Map(all.map(([id = '', label = '']) => [id, label]))),
  },
  keyStoreAnchorFile: {
    flag: 'key-store-anchor-file',
    file: 'pkcs11.keyStoreAnchorFile',
    variable: 'KEYSTEAD_KEY_STORE_ANCHOR_FILE',
    schema: path,
  },
  region: {
    flag: 'region',
    file: 'region',
    variable: 'KEYSTEAD_REGION',
    schema: z.string().regex(/^(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d{1,2}$/, 'is a Region of AWS, such as us-east-1'),
  },
  throttle: { flag: 'throttle', file: 'throttle', variable: 'KEYSTEAD_THROTTLE', schema: z.enum(['on', 'off'], 'is on or off') },
  accessPolicies: {
    flag: 'access-policies',
    file: 'accessPolicies',
    variable: 'KEYSTEAD_ACCESS_POLICIES',
    schema: z.enum(['open', 'guarded'], 'is open or guarded'),
  },
  node: {
    flag: 'node',
    file: 'node',
    variable: 'KEYSTEAD_NODE',
    schema: z
      .string()
      .regex(/^[1-9]\d{0,3}$/, 'is a number from 1 to 9999')
      .transform(Number),
  },
  logLevel: {
    flag: 'log-level',
    file: 'log.level',
    variable: 'KEYSTEAD_LOG_LEVEL',
    schema: z.enum(['error', 'warn', 'info', 'silent'], 'is error, warn, info or silent'),
  },
  certFile: { flag: 'tls-cert-file', file: 'tls.certFile', variable: 'KEYSTEAD_TLS_CERT_FILE', schema: path },
  keyFile: { flag: 'tls-key-file', file: 'tls.keyFile', variable: 'KEYSTEAD_TLS_KEY_FILE', schema: path },
  syslog: {
    flag: 'syslog',
    file: 'audit.syslog',
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
    file: 'disks.revocationGraceSeconds',
    variable: 'KEYSTEAD_DISKS_REVOCATION_GRACE_SECONDS',
    schema: z
      .string()
      .regex(/^\d{1,4}$/, 'is a number of seconds from 0 to 3600')
      .transform(Number)
      .pipe(z.number().max(3_600, 'is a number of seconds from 0 to 3600')),
  },
  trustedProxies: {
    flag: 'trusted-proxies',
    file: 'listen.trustedProxies',
    variable: 'KEYSTEAD_TRUSTED_PROXIES',
    schema: z
      .string()
      .transform(text => text.split(',').map(one => one.trim()))
      .refine(all => all.every(one => parseIpRange(one) !== undefined), 'is a list of addresses and ranges (CIDR) with commas between'),
  },
  federationHosts: { flag: 'federation-hosts', file: 'outgoing.federationHosts', variable: 'KEYSTEAD_FEDERATION_HOSTS', schema: hosts },
  keyStoreHosts: { flag: 'key-store-hosts', file: 'outgoing.keyStoreHosts', variable: 'KEYSTEAD_KEY_STORE_HOSTS', schema: hosts },
  eventHosts: { flag: 'event-hosts', file: 'outgoing.eventHosts', variable: 'KEYSTEAD_EVENT_HOSTS', schema: hosts },
  attestationAuthorities: {
    flag: 'attestation-authorities',
    file: 'attestation.authorities',
    variable: 'KEYSTEAD_ATTESTATION_AUTHORITIES',
    schema: z
      .string()
      .transform(text => text.split(',').map(one => one.trim()))
      .refine(all => all.every(isIssuer), 'is a list of https URLs of issuers, with commas between'),
  },
  attestationRootsFile: {
    flag: 'attestation-roots-file',
    file: 'attestation.rootsFile',
    variable: 'KEYSTEAD_ATTESTATION_ROOTS_FILE',
    schema: path,
  },
  outgoingCaFile: { flag: 'outgoing-ca-file', file: 'outgoing.caFile', variable: 'KEYSTEAD_OUTGOING_CA_FILE', schema: path },
  mailFolder: { flag: 'mail-folder', file: 'mail.folder', variable: 'KEYSTEAD_MAIL_FOLDER', schema: path },
  noDiscoveryAlias: {
    flag: 'no-discovery-alias',
    file: 'proxy.noDiscoveryAlias',
    variable: 'KEYSTEAD_NO_DISCOVERY_ALIAS',
    schema: z.enum(['true', 'false', '1', '0'], 'is true or false'),
  },
} as const
