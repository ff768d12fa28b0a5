import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Native } from '#adapters/native/native.ts'
import { adminSocketPath } from '#adapters/system/socket-path.ts'
import type { Config } from '#config'
import type { Context } from '#domain/context.ts'
import type { DiskExports } from '#domain/disks/export-control.ts'
import type { Lifecycle } from '#domain/seal/states.ts'
import { Problem } from '#model/problem.ts'
import type { Runtime } from '#protocols/admin/site.ts'
import type { RunningAudit } from './audit.ts'
import type { Home } from './bring-up.ts'
import { filesOf } from './data-directory.ts'
import type { DiskPlane } from './disk-plane.ts'
import type { Listeners } from './listeners.ts'

export interface RuntimeParts {
  readonly config: Config
  readonly context: Context
  readonly home: Home
  readonly audit: RunningAudit
  readonly disks: DiskPlane
  readonly control: DiskExports
  readonly life: Lifecycle
  readonly native: Native
  readonly seals: readonly string[]
  readonly onStopAsked: () => void
}

export interface KnownRuntime extends Runtime {
  /** The listeners stand: their ports can be told. */
  know(listeners: Listeners): void
}

/** The NBD socket stands beside the admin socket. */
export const diskFolderOf = (config: Config): string => dirname(adminSocketPath(config.dataDir, config.runtimeDir))

/** What the admin socket tells of this process. */
export function runtimeOf(parts: RuntimeParts): KnownRuntime {
  const { config, home, audit, disks, control } = parts
  const started = parts.context.ground.clock.now()
  let listeners: Listeners | undefined
  const standing = (): Listeners => {
    if (listeners === undefined) throw new Problem({ code: 'NotReady', details: { state: parts.life.state() } })
    return listeners
  }
  return {
    tenantId: home.tenantId,
    audit,
    know(now) {
      listeners = now
    },
    async status() {
      const { ports, proxyCounts, parserRefusals } = standing()
      const warnings = parts.seals.every(kind => kind === 'key-file') ? ['DevelopmentSeal'] : []
      return {
        state: parts.life.state(),
        since: new Date(started).toISOString(),
        domain: config.domain,
        dataDir: config.dataDir,
        pid: process.pid,
        ports,
        seals: parts.seals,
        module: {
          kind: 'software',
          native: parts.native.backend,
          ...(parts.native.reason !== undefined && { reason: parts.native.reason }),
        },
        audit: await audit.head(),
        proxy: proxyCounts(),
        http: { refusedByParser: parserRefusals() },
        warnings,
      }
    },
    async environment() {
      return environmentOf(config, home, standing())
    },
    async exportDisk(armId) {
      const { name } = await control.exportOf(armId)
      return { name, ...(await disks.listen(name)) }
    },
    stop() {
      parts.onStopAsked()
    },
  }
}

function environmentOf(config: Config, home: Home, { ports, trust }: Listeners): Readonly<Record<string, unknown>> {
  const { domain, dataDir } = config
  const { azureConfig } = filesOf(dataDir)
  mkdirSync(azureConfig, { recursive: true, mode: 0o700 })
  // Behind the proxy every name is at 443; without it, names carry the port.
  const port = ports.proxy === undefined ? `:${ports.tls}` : ''
  return {
    domain,
    port: ports.tls,
    caFile: trust.caFile,
    bundleFile: trust.bundleFile,
    proxy: ports.proxy === undefined ? null : `http://127.0.0.1:${ports.proxy}`,
    azureConfigDir: azureConfig,
    tenantId: home.tenantId,
    subscriptionId: home.subscriptionId,
    resourceGroup: home.resourceGroup,
    location: 'local',
    endpoints: {
      login: `https://login.${domain}${port}`,
      management: `https://management.${domain}${port}`,
      graph: `https://graph.${domain}${port}`,
      vaultSuffix: `.vault.${domain}${port}`,
      managedHsmSuffix: `.managedhsm.${domain}${port}`,
      blobSuffix: `.blob.${domain}${port}`,
    },
    administrator: home.administrator,
    profile: 'local',
  }
}
