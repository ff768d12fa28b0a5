import { mkdirSync } from 'node:fs'
import type { Config } from '#config'
import { contactMailTopic } from '#domain/certificates/announce.ts'
import type { SealAttempts } from '#domain/seal/attempts.ts'
import type { Millis } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Runtime } from '#protocols/admin/site.ts'
import type { Core } from './core.ts'
import { filesOf } from './data-directory.ts'
import type { Listeners } from './listeners.ts'
import type { RootRewrap } from './root-rewrap.ts'
import type { SealKeeper } from './seal-keeping.ts'
import type { World } from './world.ts'

export interface RuntimeParts {
  readonly world: World
  readonly core: Core
  readonly listeners: Listeners
  readonly keeper: SealKeeper
  readonly rewrap: RootRewrap
  readonly sealNow: () => void
}

/** A key file alone opens without anybody present, and lies on the same machine. */
export const isDevelopment = (kinds: readonly string[]): boolean => kinds.every(kind => kind === 'key-file')

/** What the admin socket tells of this process while it is unsealed. */
export function runtimeOf({ world, core, rewrap, listeners, keeper, sealNow }: RuntimeParts): Runtime {
  const { config, onStopAsked } = world
  const { home, audit, disks, doors, control } = core
  return {
    tenantId: home.tenantId,
    home: { subscriptionId: home.subscriptionId, group: home.resourceGroup },
    words: async () => (await import('./vault-words.ts')).vaultWordOf,
    keyUses: async () => (await import('./offered-operations.ts')).isKeyUse,
    operations: async () => (await import('./offered-operations.ts')).offeredOperations,
    audit,
    backups: backupsOf(world, core),
    async checkBytes() {
      const { store, ground } = core.context
      const { checkBytes } = await import('./bytes-check.ts')
      return { ...(await checkBytes(config.dataDir, { store, barrier: ground.barrier })) }
    },
    collectsAlarms: config.syslog !== undefined,
    testAlarm: async alarm => core.alarms.test(alarm),
    seals: keeper,
    rootKey: rootKeeping({ custody: core.custody, keeper, rewrap }),
    sealNow,
    async status() {
      const told = statusOf({ world, listeners, keeper }, world.started)
      return { ...told, mail: await mailStatus(world.config, core.context), audit: await audit.head() }
    },
    async environment() {
      return environmentOf(config, home, listeners)
    },
    async exportDisk(armId) {
      const { name } = await control.exportOf(armId)
      return { name, ...(await disks.listen(name)) }
    },
    serveMetadata: async (call, armId) => ({ ...(await doors.open(call, armId)) }),
    stop(how) {
      const disks = control.held()
      onStopAsked(how)
      return disks
    },
  }
}

/** Where messages for contacts of certificates go, and how many wait for a place to go to. */
const mailStatus = async ({ mailFolder }: Config, { store, ground }: Core['context']) => ({
  folder: mailFolder ?? null,
  waiting: await store.waitingEffects(contactMailTopic, ground.clock.now()),
})

/** What packs and encrypts is loaded with the first of them. */
function backupsOf(world: World, core: Core): Runtime['backups'] {
  let loading: ReturnType<Runtime['backups']> | undefined
  return async () => (loading ??= import('./backups.ts').then(({ createBackups }) => createBackups(world, core)))
}

const rootKeeping = ({ custody, keeper, rewrap }: Pick<RuntimeParts, 'keeper' | 'rewrap'> & Pick<Core, 'custody'>): Runtime['rootKey'] => ({
  async rotate(change) {
    const turned = await keeper.rotateRoot(custody, change)
    rewrap.begin()
    return turned
  },
  standing: () => ({ rootEpoch: custody.barrier.rootEpoch(), leaving: custody.leaving() ?? null }),
})

export interface SealedParts {
  readonly world: World
  readonly listeners: Listeners
  readonly keeper: SealKeeper
  readonly attempts: SealAttempts
}

/** Since when it is sealed, why, and how many were told on the wires. */
export interface SealedNow {
  readonly since: Millis
  readonly because: string
  readonly sentAway: number
}

/** What it tells of itself while it is sealed. */
export function sealedStatus(parts: SealedParts, { since, because, sentAway }: SealedNow): Readonly<Record<string, unknown>> {
  const { keeper, attempts } = parts
  return {
    ...statusOf(parts, since),
    keyFile: keeper.list().keyFile,
    sealed: { because, failedAttempts: attempts.failures(), retryAfterSeconds: attempts.waitSeconds(), sentAway },
  }
}

function statusOf({ world, listeners, keeper }: Pick<SealedParts, 'world' | 'listeners' | 'keeper'>, since: Millis) {
  const { config, life, native } = world
  const kinds = keeper.kinds()
  return {
    state: life.state(),
    since: new Date(since).toISOString(),
    domain: config.domain,
    dataDir: config.dataDir,
    pid: process.pid,
    ports: listeners.ports(),
    seals: kinds,
    module: { kind: 'software', native: native.backend, ...(native.reason !== undefined && { reason: native.reason }) },
    proxy: listeners.proxyCounts(),
    http: { refusedByParser: listeners.parserRefusals() },
    warnings: isDevelopment(kinds) ? ['DevelopmentSeal'] : [],
  }
}

function environmentOf(config: Config, home: Core['home'], listeners: Listeners): Readonly<Record<string, unknown>> {
  const { domain, dataDir } = config
  const { azureConfig } = filesOf(dataDir)
  const [ports, trust] = [listeners.ports(), listeners.trust()]
  if (ports.tls === undefined || trust === undefined) throw new Problem({ code: 'NotReady', details: { state: 'without TLS' } })
  mkdirSync(azureConfig, { recursive: true, mode: 0o700 })
  // Behind the proxy every name is at 443; without it, names carry the port.
  const port = ports.proxy === undefined ? `:${ports.tls}` : ''
  return {
    domain,
    port: ports.tls,
    caFile: trust.caFile,
    bundleFile: trust.bundleFile,
    ...(trust.trustStoreFile !== undefined && { trustStoreFile: trust.trustStoreFile }),
    proxy: ports.proxy === undefined ? null : `http://127.0.0.1:${ports.proxy}`,
    azureConfigDir: azureConfig,
    tenantId: home.tenantId,
    subscriptionId: home.subscriptionId,
    resourceGroup: home.resourceGroup,
    location: 'local',
    region: config.region,
    accountId: home.account.accountId,
    endpoints: {
      login: `https://login.${domain}${port}`,
      management: `https://management.${domain}${port}`,
      graph: `https://graph.${domain}${port}`,
      vaultSuffix: `.vault.${domain}${port}`,
      managedHsmSuffix: `.managedhsm.${domain}${port}`,
      blobSuffix: `.blob.${domain}${port}`,
      ...accountEndpoints(config, { tls: ports.tls, port }),
    },
    administrator: { ...home.administrator, awsAccessKeyId: home.account.accessKeyId, awsSecretAccessKey: home.account.secretAccessKey },
    profile: 'local',
  }
}

/** One address for all services and Regions, and those that have names of their own. */
const accountEndpoints = ({ domain, region }: Config, { tls, port }: { readonly tls: number; readonly port: string }) => ({
  aws: `https://localhost:${tls}`,
  kms: `https://kms.${region}.${domain}${port}`,
  sts: `https://sts.${region}.${domain}${port}`,
  s3: `https://s3.${region}.${domain}${port}`,
})
