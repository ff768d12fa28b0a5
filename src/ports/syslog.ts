/** One message of RFC 5424. */
export interface SyslogMessage {
  /** Numbers of RFC 5424 6.2.1. */
  readonly severity: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly kind: string
  readonly text: string
}

/** Where the operator collects messages. Resolves when the other side's system has it, as far as the way can tell. */
export interface Syslog {
  send(message: SyslogMessage): Promise<void>
}
