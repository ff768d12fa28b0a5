import type { Millis } from '#model/brands.ts'

/** Plain text for people outside. */
export interface Message {
  /** The same for the same message, sent again: letters, digits and dashes. */
  readonly id: string
  readonly at: Millis
  /** Addresses. */
  readonly to: readonly string[]
  /** One line of ASCII. */
  readonly subject: string
  readonly text: string
}

/** Takes messages to their addressees, or to whoever does. Bears being given one twice. */
export interface Post {
  deliver(message: Message): Promise<void>
}
