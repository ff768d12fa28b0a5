import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { pkcs11Clusters } from '#adapters/pkcs11/token-clusters.ts'
import type { Config } from '#config'
import type { Bytes } from '#model/brands.ts'
import { noTokenClusters, type TokenClusters } from '#ports/token-clusters.ts'
import type { ContextParts } from './context.ts'
import { outgoingOf } from './outgoing.ts'

/** Certificates of the file that the configuration names, DER. Throws for a file without any: who names one means it. */
const attestationRootsOf = ({ attestationRootsFile: file }: Config): readonly Bytes[] => (file === undefined ? [] : certificatesIn(file))

function certificatesIn(file: string): readonly Bytes[] {
  const blocks = readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) throw new Error(`${file} holds no certificate`)
  return blocks.map(block => Uint8Array.from(new X509Certificate(block).raw))
}

/** What the configuration trusts outside, and lets be asked. */
export const outsideOf = (config: Config): Pick<ContextParts, 'outgoing' | 'keyStoreHosts' | 'attestationRoots'> => ({
  outgoing: outgoingOf(config),
  keyStoreHosts: config.keyStoreHosts,
  attestationRoots: attestationRootsOf(config),
})

/** Tokens for stores of accounts' keys. Throws for a file that does not hold one certificate. */
export function tokenClustersOf(
  { keyStoreTokens }: Config,
  { clock, random }: Pick<ContextParts, 'clock' | 'random'>,
): TokenClusters & Disposable {
  if (keyStoreTokens === undefined) return { ...noTokenClusters, [Symbol.dispose]: () => undefined }
  const { module, clusters, anchorFile } = keyStoreTokens
  const [anchor, ...more] = certificatesIn(anchorFile)
  if (anchor === undefined || more.length > 0)
    throw new Error(`${anchorFile} holds more than the one certificate that vouches for clusters`)
  return pkcs11Clusters({ module, clusters, anchor, clock, random })
}
