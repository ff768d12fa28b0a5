import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { memberOf, textOf } from './json-value.ts'

interface Surroundings {
  /** In place of the instance's own proxy. */
  readonly proxy?: string
  /** What stands there already, which ours is appended to. */
  readonly javaToolOptions?: string | undefined
  /** Likewise. */
  readonly noProxy?: string | undefined
}

/** What `env` sets and `exec` gives to its command (people.md 0.2). Names to their values. */
export function clientVariables(environment: unknown, around: Surroundings = {}): Readonly<Record<string, string>> {
  const [endpoints, administrator] = [memberOf(environment, 'endpoints'), memberOf(environment, 'administrator')]
  const of = (value: unknown, name: string): string => textOf(memberOf(value, name))
  const management = of(endpoints, 'management')
  const proxy = around.proxy ?? of(environment, 'proxy')
  const bundle = of(environment, 'bundleFile')
  const [tenantId, subscriptionId] = [of(environment, 'tenantId'), of(environment, 'subscriptionId')]
  const [clientId, clientSecret] = [of(administrator, 'clientId'), of(administrator, 'clientSecret')]
  const host = new URL(management).host
  const direct = [...entriesOf(around.noProxy).filter(entry => !metadataHosts.includes(entry)), ...metadataHosts].join(',')
  return {
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    NO_PROXY: direct,
    no_proxy: direct,
    SSL_CERT_FILE: bundle,
    REQUESTS_CA_BUNDLE: bundle,
    CURL_CA_BUNDLE: bundle,
    AWS_CA_BUNDLE: bundle,
    // The bundle, for the discovery alias has a root of its own; Node adds what is in it to what it trusts.
    NODE_EXTRA_CA_CERTS: bundle,
    NODE_USE_ENV_PROXY: '1',
    AZURE_AUTHORITY_HOST: of(endpoints, 'login'),
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: clientSecret,
    AZURE_CONFIG_DIR: of(environment, 'azureConfigDir'),
    AZURE_CORE_INSTANCE_DISCOVERY: 'false',
    AZURE_CORE_COLLECT_TELEMETRY: '0',
    ARM_CLOUD_METADATA_URL: `${management}/metadata/endpoints?api-version=2019-05-01`,
    ARM_METADATA_HOSTNAME: host,
    ARM_METADATA_HOST: host,
    ARM_TENANT_ID: tenantId,
    ARM_SUBSCRIPTION_ID: subscriptionId,
    ARM_CLIENT_ID: clientId,
    ARM_CLIENT_SECRET: clientSecret,
    AWS_ENDPOINT_URL: of(endpoints, 'aws'),
    AWS_ACCESS_KEY_ID: of(administrator, 'awsAccessKeyId'),
    AWS_SECRET_ACCESS_KEY: of(administrator, 'awsSecretAccessKey'),
    AWS_REGION: of(environment, 'region'),
    AWS_DEFAULT_REGION: of(environment, 'region'),
    AWS_EC2_METADATA_DISABLED: 'true',
    CHECKPOINT_DISABLE: '1',
    JAVA_TOOL_OPTIONS: [withoutOurs(around.javaToolOptions), ...javaOptions(proxy, of(environment, 'trustStoreFile'))]
      .filter(option => option !== '')
      .join(' '),
  }
}

/**
 * The same of an application, which acts in no account: what the administrator signs with there is not handed on, and az keeps whom it signed in
 * apart, in a folder that must be there (people.md 0.2).
 */
export function environmentAs(
  environment: unknown,
  { clientId, clientSecret }: Readonly<Record<'clientId' | 'clientSecret', string>>,
): unknown {
  const azureConfigDir = join(textOf(memberOf(environment, 'azureConfigDir')), 'as', clientId)
  mkdirSync(azureConfigDir, { recursive: true, mode: 0o700 })
  return { ...Object(environment), azureConfigDir, administrator: { clientId, clientSecret } }
}

/** Variables that stand for nobody there: better none than an empty one. */
export const unsaid = (variables: Readonly<Record<string, string>>): readonly string[] =>
  accountVariables.filter(name => variables[name] === '')

const accountVariables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const

/** Java reads no variable of anybody else's: names and trust are properties of its own. */
function javaOptions(proxy: string, trustStore: string): readonly string[] {
  const { hostname, port } = URL.canParse(proxy) ? new URL(proxy) : { hostname: '', port: '' }
  return [
    ...(hostname === '' ? [] : [`-Dhttps.proxyHost=${hostname}`, `-Dhttps.proxyPort=${port}`]),
    ...(trustStore === '' ? [] : [quoted(`-Djavax.net.ssl.trustStore=${trustStore}`), '-Djavax.net.ssl.trustStorePassword=changeit']),
  ]
}

/** The variable is split at white space; quotes hold together what they enclose. */
const quoted = (option: string): string => (/\s/.test(option) ? `"${option}"` : option)

/** Java's options without those that an earlier `env` put there: what `env --unset` leaves. */
export const withoutOurs = (options: string | undefined): string =>
  ((options ?? '').match(/"[^"]*"|\S+/g) ?? []).filter(option => !ourJavaOption.test(option)).join(' ')

const ourJavaOption = /^"?-D(?:https\.proxy(?:Host|Port)|javax\.net\.ssl\.trustStore(?:Password)?)=/

/** What would lead a client elsewhere. */
export const unwanted = [
  'AWS_PROFILE',
  'AWS_SESSION_TOKEN',
  'AZURE_CLIENT_CERTIFICATE_PATH',
  'AZURE_FEDERATED_TOKEN_FILE',
  'ALL_PROXY',
  'all_proxy',
] as const

/** Where metadata services of machines are: plain HTTP, which the Azure SDK for JavaScript sends through HTTPS_PROXY too. */
const metadataHosts = ['localhost', '127.0.0.1', '169.254.169.254']

const entriesOf = (noProxy: string | undefined): readonly string[] =>
  (noProxy ?? '')
    .split(',')
    .map(entry => entry.trim())
    .filter(entry => entry !== '')

/** NO_PROXY as it was before `env`: what `env --unset` leaves. */
export const withoutOurHosts = (noProxy: string | undefined): string =>
  entriesOf(noProxy)
    .filter(entry => !metadataHosts.includes(entry))
    .join(',')

/** NO_PROXY entries that would hide our names: the domain, a suffix of it, or everything. */
export function hidingEntries(noProxy: string, domain: string): readonly string[] {
  return entriesOf(noProxy).filter(entry => entry === '*' || `.${domain}`.endsWith(`.${entry.replace(/^\.+/, '')}`))
}
