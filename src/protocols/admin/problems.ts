import { Problem, problemKinds, type ProblemKind } from '#model/problem.ts'
import { json, type Answer } from '#protocols/http/answer.ts'

const statuses: Readonly<Record<ProblemKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  method: 405,
  conflict: 409,
  precondition: 412,
  tooLarge: 413,
  mediaType: 415,
  misdirected: 421,
  throttled: 429,
  unavailable: 503,
}

/** A sentence for the operator: the details' own where there is one. */
function sentenceOf({ body }: Problem): string {
  const details: Readonly<Record<string, unknown>> = { ...body.details }
  const { message, because, reason } = details
  for (const text of [message, because, reason]) if (typeof text === 'string') return text
  const facts = Object.entries(details).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return facts.length === 0 ? body.code : `${body.code}: ${facts.join(', ')}`
}

export function refuse(error: unknown, requestId: string): Answer {
  if (!(error instanceof Problem)) {
    return {
      ...json(500, { error: { code: 'InternalError', message: 'Something failed inside; the log has it.', requestId } }),
      code: 'InternalError',
    }
  }
  const { code } = error.body
  return { ...json(statuses[problemKinds[code]], { error: { code, message: sentenceOf(error), requestId } }), code }
}
