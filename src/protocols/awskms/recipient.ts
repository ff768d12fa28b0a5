import type { SecretBytes } from '#model/secret-bytes.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'

/** For whom an answer's secret is: whoever asked, or an attested machine. */
export interface AttestedRecipient {
  /** What the machine's document says, for conditions of policies. */
  readonly facts: { readonly facts?: Readonly<Record<string, string>> }
  /** The members of an answer with the secret, or with its ciphertext for the machine alone. */
  answer(plain: Readonly<Record<string, unknown>>, secret: SecretBytes): Readonly<Record<string, unknown>>
}

const whoeverAsked: AttestedRecipient = { facts: {}, answer: plain => plain }

/** Raises `KeyOperationUnsupported`. */
export async function attestedRecipient(_context: Context, _call: Call, recipient: object | undefined): Promise<AttestedRecipient> {
  if (recipient === undefined) return whoeverAsked
  throw new Problem({
    code: 'KeyOperationUnsupported',
    details: { message: 'Recipient is not supported: no root of attestation documents is configured here.' },
  })
}
