/** A message on its way to an address that the operator has given: it may be private, unlike those that clients name. */
export interface WebhookMessage {
  readonly url: string
  /** PEM of what is trusted instead of the public authorities. */
  readonly ca?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** POST over HTTPS alone; follows nothing, shows nothing of the answer but its status. Rejects where there is none in time. */
export interface Webhooks {
  post(message: WebhookMessage): Promise<{ readonly status: number }>
}
