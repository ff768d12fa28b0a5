import type { Server } from 'node:https'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { issueLeaf, makeAuthority } from '#adapters/tls/authority.ts'
import { listenerTls } from '#adapters/tls/server-certificate.ts'
import { createGateway } from '#protocols/proxy/gateway.ts'
import { publicBaseNames, publicCertificateNames, publicNames, type PublicNames } from '#protocols/proxy/public-names.ts'

export interface OpenGateway {
  readonly names: PublicNames
  /** PEM. */
  readonly rootPem: string
  readonly server: Server
}

/** As long as an instance's leaf: no command runs longer. */
const days = 90

/** Both keys of the authority are gone when this returns; the leaf's is in this process alone, and goes with it. `ca`: PEM of the instance's root. */
export async function openGateway({
  domain,
  ...instance
}: {
  readonly domain: string
  readonly tlsPort: number
  readonly ca: string
}): Promise<OpenGateway> {
  const making = { now: systemClock.now(), random: systemRandom() }
  const authority = await makeAuthority({ dns: publicBaseNames, ip: [] }, making)
  using _gone = authority.issuerKey
  const leaf = await issueLeaf(authority, { dns: publicCertificateNames, ip: [], days }, making)
  const names = publicNames(domain)
  const tls = { ...listenerTls, cert: leaf.chainPem, key: leaf.keyPem }
  return { names, rootPem: authority.rootPem, server: createGateway({ ...instance, names, tls }) }
}
