import type { Custody } from '#domain/seal/custody.ts'
import type { SealEnvelope } from '#ports/record-store.ts'

/** The root key is known, and by which seal. */
export interface Unsealed {
  readonly custody: Custody
  readonly openedBy: Pick<SealEnvelope, 'sealId' | 'kind'>
}

/** Why it does not open; `passing`: it may by itself, once a token is there again. */
export interface StillSealed {
  readonly sealed: string
  readonly passing: boolean
}
