/** What a client must be told, and by which variables (people.md 0.2). */
export interface ClientNeeds {
  /** What is looked for on PATH; a library has none. */
  readonly program?: string
  /** Through the proxy to names of the domain; else straight to `localhost`. */
  readonly way: 'proxy' | 'direct'
  /** Each names a file that replaces or adds to what the client trusts. */
  readonly trust: readonly string[]
  /** As `keystead env` prints them. */
  readonly same: readonly string[]
  /** Anything: another application's are as good. */
  readonly set: readonly string[]
  /** Each a folder that is there. */
  readonly folders: readonly string[]
  /** Reads names and trust from this variable's options alone. */
  readonly java?: true
}

const credentials = ['AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET'] as const
const authority = ['AZURE_AUTHORITY_HOST', 'AZURE_TENANT_ID'] as const
const none = { folders: [], trust: [], same: [], set: [] } as const
const azure = { ...none, way: 'proxy', same: authority, set: credentials } as const
const aws = {
  ...none,
  way: 'direct',
  trust: ['AWS_CA_BUNDLE'],
  same: ['AWS_ENDPOINT_URL'],
  set: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION'],
} as const

export const clients: Readonly<Record<string, ClientNeeds>> = {
  az: {
    ...none,
    program: 'az',
    way: 'proxy',
    // Metadata goes through urllib, the rest through requests: either alone fails.
    trust: ['REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'],
    same: ['ARM_CLOUD_METADATA_URL', 'AZURE_CORE_INSTANCE_DISCOVERY'],
    folders: ['AZURE_CONFIG_DIR'],
  },
  // aiohttp reads SSL_CERT_FILE alone, requests the other.
  python: { ...azure, trust: ['REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'] },
  node: { ...azure, trust: ['NODE_EXTRA_CA_CERTS'], same: [...authority, 'NODE_USE_ENV_PROXY'] },
  go: { ...azure, trust: ['SSL_CERT_FILE'] },
  java: { ...azure, program: 'java', java: true },
  terraform: {
    ...none,
    program: 'terraform',
    way: 'proxy',
    trust: ['SSL_CERT_FILE'],
    same: ['ARM_METADATA_HOSTNAME', 'ARM_METADATA_HOST', 'ARM_TENANT_ID'],
    set: ['ARM_SUBSCRIPTION_ID', 'ARM_CLIENT_ID', 'ARM_CLIENT_SECRET'],
  },
  curl: { ...none, program: 'curl', way: 'proxy', trust: ['CURL_CA_BUNDLE'] },
  aws: { ...aws, program: 'aws' },
  boto3: aws,
}
