/** What is fetched from outside is fetched for something, and each has hosts of its own that it may reach. */
export type OutgoingPurpose = 'federation' | 'attestation'

/** `status` as it came; no header, no redirect, nothing that a caller of ours could be shown. */
export interface OutgoingAnswer {
  readonly status: number
  readonly body: Uint8Array
}

/**
 * The one way out over HTTP (security-and-reliability.md 5.7): HTTPS, listed hosts, addresses that are looked at once and then connected to,
 * limits on time and size. Nothing of this process goes along: no credential, no cookie, no proxy of its surroundings.
 */
export interface Outgoing {
  /** GET. Rejects with `OutgoingFailed`. */
  get(purpose: OutgoingPurpose, url: string): Promise<OutgoingAnswer>
}

/** `refused`: by our own rules, nothing was sent; the others are of the way or of the other side. */
export type OutgoingFailure = 'refused' | 'unreachable' | 'timeout' | 'tooLarge'

export class OutgoingFailed extends Error {
  override readonly name = 'OutgoingFailed'
  readonly failure: OutgoingFailure

  constructor(failure: OutgoingFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.failure = failure
  }
}

/** Where nothing outside may be reached. */
export const noOutgoing: Outgoing = {
  get: async () => Promise.reject(new OutgoingFailed('refused', 'nothing outside is listed')),
}
