/** A refusal as ARM says it: status, its own code, a sentence. */
export interface Words {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly target?: string
  readonly headers?: Readonly<Record<string, string>>
}
