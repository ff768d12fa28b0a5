import { Problem, problemKinds, type ProblemCode, type ProblemDetails } from '#model/problem.ts'
import type { ProblemKind } from '#model/problem-kind.ts'
import type { Context } from '#domain/context.ts'
import type { Answer } from '#protocols/http/answer.ts'
import type { Protocol, Refusal, Speaking } from '#protocols/http/protocol.ts'

/** What a service says: its status, its name of the error, and its sentence, where it has one. */
export interface AwsWords {
  readonly status: number
  readonly code: string
  readonly message?: string
  /** More that its envelope holds. */
  readonly more?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

export type AwsTable = {
  readonly [C in ProblemCode]?: (details: ProblemDetails<C>, refusal: Refusal<unknown>, context: Speaking<Context>) => AwsWords
}

/** What the services of one protocol share: their words at the front door, for what no operation of theirs raises, and their envelope. */
export interface ErrorFamily {
  readonly door: AwsTable
  readonly byKind: Readonly<Record<ProblemKind, AwsWords>>
  /** A bug. */
  readonly internal: AwsWords
  readonly envelope: (words: AwsWords, refusal: Refusal<unknown>) => Answer
}

/** A wire's refusals: its own words before its family's. Pass only what is its own. */
export function refuseIn<Site>(family: ErrorFamily, own: AwsTable = {}): Protocol<Context, Site>['refuse'] {
  const table: AwsTable = { ...family.door, ...own }
  function wordsFor<C extends ProblemCode>(
    body: { readonly code: C; readonly details: ProblemDetails<C> },
    refusal: Refusal<unknown>,
    context: Speaking<Context>,
  ): AwsWords {
    return table[body.code]?.(body.details, refusal, context) ?? family.byKind[problemKinds[body.code]]
  }
  return (context, refusal) => {
    const { error } = refusal
    const words =
      error instanceof Problem
        ? wordsFor<ProblemCode>({ code: error.body.code, details: error.body.details }, refusal, context)
        : family.internal
    if (refusal.call.trail !== undefined && words.message !== undefined) refusal.call.trail.errorMessage = words.message
    const answer = family.envelope(words, refusal)
    return { ...answer, headers: { ...answer.headers, ...words.headers }, code: words.code }
  }
}

/** The sentence of a refusal by policy (aws-kms.md 4.6). */
export function deniedSentence({ action, scope, because, arn }: ProblemDetails<'AccessDenied'>): string {
  const resource = scope === '' ? '' : ` on resource: ${scope}`
  return `User: ${arn ?? 'anonymous'} is not authorized to perform: ${action}${resource} ${because}`
}

export const sentences = {
  missing: 'Missing Authentication Token',
  unknownKey: 'The security token included in the request is invalid.',
  expired: 'The security token included in the request is expired',
  mismatch:
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  unsigned: (names: readonly string[]) => `There were headers present in the request which were not signed: ${names.join(', ')}`,
  unknownAlgorithm: 'Signatures of AWS4-ECDSA-P256-SHA256 (SigV4A) are not supported: sign with AWS4-HMAC-SHA256.',
  internal: 'An internal error occurred.',
  unavailable: 'The service is not available now.',
  throttled: 'Rate exceeded',
  tooLarge: 'The request body is too large.',
} as const
