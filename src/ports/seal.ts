import type { Bytes, Sealed } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { SealEnvelope } from './record-store.ts'

/** One way to the root key (security-and-reliability.md 2.4). Several may hold at once. */
export interface Seal {
  readonly kind: string
  /** Public parameters that a new envelope of this seal carries. */
  readonly params: Readonly<Record<string, string | number>>
  wrap(rootKey: Bytes, clusterId: string): Promise<Sealed>
  /** `undefined`: this seal does not open that envelope. */
  unwrap(envelope: Pick<SealEnvelope, 'params' | 'wrapped'>, clusterId: string): Promise<SecretBytes | undefined>
  /** That envelope was made with weaker parameters than this seal's: it is wrapped anew when it is opened next. */
  outdated?(envelope: Pick<SealEnvelope, 'params'>): boolean
}
