import type { SecretBytes } from '#model/secret-bytes.ts'
import { TokenFailed, type Token } from './tokens.ts'

/** Which token the keys of a store stand in. */
export interface StoreToken {
  readonly storeId: string
  readonly clusterId: string
}

/** What is said of a cluster before anybody logs in; `unfit`: it lacks what keys of stores need. */
export type ClusterVerdict = 'unknown' | 'otherAnchor' | 'inactive' | 'unfit' | 'sound'

/** Tokens that stores of accounts' keys may stand in, each under the id of a cluster. */
export interface TokenClusters {
  /** `trustAnchor`: PEM of the certificate that is said to vouch for it. */
  judge(clusterId: string, trustAnchor: string): Promise<ClusterVerdict>
  /** Kept logged in for its store from its first use on until it is forgotten; `password` is asked then alone. Its calls reject with `TokenFailed`. */
  tokenOf(store: StoreToken, password: () => Promise<SecretBytes>): Promise<Token>
  /** Logs out, and wipes the password. */
  forget(storeId: string): void
}

/** No module is configured: nothing is a cluster. */
export const noTokenClusters: TokenClusters = {
  judge: async () => 'unknown',
  async tokenOf({ clusterId }) {
    throw new TokenFailed('tokenMissing', `there is no cluster ${clusterId}`)
  },
  forget: () => undefined,
}
