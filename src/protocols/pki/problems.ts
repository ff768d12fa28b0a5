import { Problem, problemKinds } from '#model/problem.ts'
import { httpStatusOf } from '#model/problem-kind.ts'
import type { Answer } from '#protocols/http/answer.ts'
import type { Refusal } from '#protocols/http/protocol.ts'
import type { PkiSite } from './site.ts'

/** Whoever asks here is a program that looks at the status alone; the text is for who looks over its shoulder. */
export function refuse(_context: unknown, { error }: Refusal<PkiSite>): Answer {
  const code = error instanceof Problem ? error.body.code : 'InternalError'
  const status = error instanceof Problem ? httpStatusOf[problemKinds[error.body.code]] : 500
  const retry = error instanceof Problem && 'details' in error.body && waits(error.body.details)
  const headers = { 'content-type': 'text/plain; charset=utf-8', ...(retry && { 'retry-after': '1' }) }
  return { status, headers, body: `${code}\n`, code }
}

const waits = (details: object | undefined): boolean => details !== undefined && 'retryAfterSeconds' in details
