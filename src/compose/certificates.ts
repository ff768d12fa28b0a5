import type { Server } from 'node:https'
import { discoveryCertificate } from '#adapters/tls/discovery-certificate.ts'
import { writeClientTrust, type ClientTrust } from '#adapters/tls/client-trust.ts'
import { developmentTls } from '#adapters/tls/development.ts'
import { listenerTls, loadServerCertificate, type CertificateFiles } from '#adapters/tls/server-certificate.ts'
import type { Config } from '#config'
import type { Custody } from '#domain/seal/custody.ts'
import type { Clock } from '#ports/clock.ts'
import type { Random } from '#ports/random.ts'
import { createDiscoveryAlias } from '#protocols/proxy/discovery.ts'
import { discoveryHost } from '#protocols/proxy/target.ts'
import { filesOf } from './data-directory.ts'

export interface Certificates {
  readonly files: CertificateFiles
  readonly trust: ClientTrust
  /** Local profile, unless it is switched off: answers instance discovery under a chain of its own. */
  readonly alias: Server | undefined
}

const issuerKeyName = 'development-issuer'

export interface CertificateNeeds {
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
}

/**
 * The operator's own, or the development authority's; its issuer's key is sealed among the cluster's keys. `undefined`: the instance is sealed,
 * and the development certificate that lies there serves no more.
 */
export async function openCertificates(
  { config, clock, random }: CertificateNeeds,
  custody: Custody | undefined,
): Promise<Certificates | undefined> {
  if (config.tls !== undefined)
    return { files: config.tls, trust: { caFile: config.tls.certFile, bundleFile: config.tls.certFile }, alias: undefined }
  const { tls: dir, client } = filesOf(config.dataDir)
  const now = clock.now()
  const made = await developmentTls(
    { dir, domain: config.domain, regions: [config.region], now, random },
    custody && {
      load: () => custody.clusterKey(issuerKeyName),
      save: pkcs8 => custody.keepClusterKey(issuerKeyName, pkcs8),
    },
  )
  if (made === undefined) return undefined
  const files = { certFile: made.certFile, keyFile: made.keyFile }
  if (!config.discoveryAlias)
    return { files, trust: writeClientTrust(client, { rootPem: made.rootPem, extraRoots: [], now }), alias: undefined }
  const discovery = await discoveryCertificate(discoveryHost, { dir, now, random })
  const { cert, key } = loadServerCertificate(discovery, now)
  return {
    files,
    trust: writeClientTrust(client, { rootPem: made.rootPem, extraRoots: [discovery.rootPem], now }),
    alias: createDiscoveryAlias({ domain: config.domain, tls: { ...listenerTls, cert, key } }),
  }
}
