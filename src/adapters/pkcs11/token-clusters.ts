import { X509Certificate } from 'node:crypto'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Bytes } from '#model/brands.ts'
import type { Clock } from '#ports/clock.ts'
import type { Random } from '#ports/random.ts'
import type { ClusterVerdict, StoreToken, TokenClusters } from '#ports/token-clusters.ts'
import { TokenFailed, type Token } from '#ports/tokens.ts'
import { pkcs11Token } from './token.ts'

export interface TokenClusterParts {
  readonly module: string
  /** Labels of tokens by ids of clusters. */
  readonly clusters: ReadonlyMap<string, string>
  /** DER of the certificate that vouches for them. */
  readonly anchor: Bytes
  readonly clock: Clock
  readonly random: Random
}

interface Kept extends Disposable {
  readonly clusterId: string
  readonly token: Token
}

/** Ends, with every password wiped, when it is disposed of. */
export function pkcs11Clusters(parts: TokenClusterParts): TokenClusters & Disposable {
  const { clusters, anchor } = parts
  const kept = new Map<string, Kept>()
  const forget = (storeId: string): void => {
    kept.get(storeId)?.[Symbol.dispose]()
    kept.delete(storeId)
  }
  const keptOf = ({ storeId, clusterId }: StoreToken): Token | undefined => {
    const one = kept.get(storeId)
    return one?.clusterId === clusterId ? one.token : undefined
  }
  return {
    async judge(clusterId, trustAnchor) {
      const label = clusters.get(clusterId)
      if (label === undefined) return 'unknown'
      return isCertificate(trustAnchor, anchor) ? found(parts, label) : 'otherAnchor'
    },
    async tokenOf(store, password) {
      const before = keptOf(store)
      if (before !== undefined) return before
      const label = clusters.get(store.clusterId)
      if (label === undefined) throw new TokenFailed('tokenMissing', `there is no cluster ${store.clusterId}`)
      const secret = await password()
      const meanwhile = keptOf(store)
      if (meanwhile !== undefined) {
        secret[Symbol.dispose]()
        return meanwhile
      }
      forget(store.storeId)
      const opened = keptToken(parts, { label, store, secret })
      kept.set(store.storeId, opened)
      return opened.token
    },
    forget,
    [Symbol.dispose]() {
      for (const storeId of kept.keys()) forget(storeId)
    },
  }
}

function keptToken(
  { module, clock, random }: TokenClusterParts,
  { label, store, secret }: { readonly label: string; readonly store: StoreToken; readonly secret: SecretBytes },
): Kept {
  // A copy each time: whoever opens the token disposes of what it was given.
  const token = pkcs11Token({ place: { module, label }, pin: () => new SecretBytes(secret.bytes.slice()), clock, random })
  return {
    clusterId: store.clusterId,
    token,
    [Symbol.dispose]() {
      token[Symbol.dispose]()
      secret[Symbol.dispose]()
    },
  }
}

/** Without logging in: no password is at stake. */
async function found({ module, clock, random }: TokenClusterParts, label: string): Promise<ClusterVerdict> {
  using token = pkcs11Token({ place: { module, label }, pin: () => new SecretBytes(new Uint8Array()), clock, random, sessions: 1 })
  try {
    await token.open()
    return 'sound'
  } catch (error) {
    if (!(error instanceof TokenFailed)) throw error
    return error.failure === 'mechanismMissing' ? 'unfit' : 'inactive'
  }
}

function isCertificate(pem: string, der: Bytes): boolean {
  try {
    return Buffer.compare(new X509Certificate(pem).raw, der) === 0
  } catch {
    return false
  }
}
