/** What is fetched from outside is fetched for something, and each has hosts of its own that it may reach. */
export type OutgoingPurpose = 'federation' | 'attestation' | 'keyStores' | 'events'

/** What is sent: headers beside those that every request has, and how long the whole of it may take. */
export interface OutgoingMessage {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly withinMs: number
  /** POST where nothing is said. */
  readonly method?: 'OPTIONS'
  /** The one header of the answer that is looked at. */
  readonly readHeader?: string
}

/** `status` as it came; no header but the one that was asked for, no redirect, nothing that a caller of ours could be shown. */
export interface OutgoingAnswer {
  readonly status: number
  readonly body: Uint8Array
  readonly header?: string
}

/**
 * The one way out over HTTP (security-and-reliability.md 5.7): HTTPS, listed hosts, addresses that are looked at once and then connected to,
 * limits on time and size. Nothing of this process goes along: no credential, no cookie, no proxy of its surroundings.
 */
export interface Outgoing {
  /** GET. Rejects with `OutgoingFailed`. */
  get(purpose: OutgoingPurpose, url: string): Promise<OutgoingAnswer>
  /** POST. Rejects with `OutgoingFailed`. */
  post(purpose: OutgoingPurpose, url: string, message: OutgoingMessage): Promise<OutgoingAnswer>
}

/** `refused`: by our own rules, nothing was sent; the others are of the way or of the other side. `untrusted`: its TLS is not what it must be. */
export type OutgoingFailure = 'refused' | 'unreachable' | 'untrusted' | 'timeout' | 'tooLarge'

export class OutgoingFailed extends Error {
  override readonly name = 'OutgoingFailed'
  readonly failure: OutgoingFailure

  constructor(failure: OutgoingFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.failure = failure
  }
}

/** Where nothing outside may be reached. */
export const noOutgoing: Outgoing = { get: refusing, post: refusing }

async function refusing(): Promise<OutgoingAnswer> {
  return Promise.reject(new OutgoingFailed('refused', 'nothing outside is listed'))
}
