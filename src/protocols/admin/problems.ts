import { httpStatusOf, Problem, problemKinds } from '#model/problem.ts'
import { json, type Answer } from '#protocols/http/answer.ts'

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
  return { ...json(httpStatusOf[problemKinds[code]], { error: { code, message: sentenceOf(error), requestId } }), code }
}
