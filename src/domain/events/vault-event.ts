/** An event as Event Grid's schema has it (key-vault.md 11). */
export interface VaultEvent {
  /** The same for the same event, told again. */
  readonly id: string
  /** ARM id of the vault. */
  readonly topic: string
  readonly subject: string
  readonly eventType: string
  /** ISO 8601. */
  readonly eventTime: string
  readonly data: Readonly<Record<string, string | number | null>>
  readonly dataVersion: string
  readonly metadataVersion: string
}

/** Takes events to whoever listens, or to who carries them there. Bears being given one twice. */
export interface EventSink {
  deliver(event: VaultEvent): Promise<void>
}
