import { z } from 'zod'
import { timingSafeEqual } from 'node:crypto'
import { Problem } from '#model/problem.ts'

const tokenBody = z.strictObject({ after: z.string(), mark: z.string() })

/** `mark` authenticates a text under a key of the instance; what it is bound to (collection, filter, caller) is in the text or in the key. */
export type Mark = (text: string) => string

const marked = (bound: string, after: string): string => JSON.stringify(['paging', bound, after])

/** A `$skiptoken`: where the next page begins, good for this collection alone. */
export function sealPagingToken(mark: Mark, bound: string, after: string): string {
  return Buffer.from(JSON.stringify({ after, mark: mark(marked(bound, after)) })).toString('base64url')
}

/** Raises `InvalidPagingToken` for what was not given out for this very collection and caller. */
export function openPagingToken(mark: Mark, bound: string, token: string): string {
  const opened = tokenBody.safeParse(parsed(token))
  if (!opened.success) throw new Problem({ code: 'InvalidPagingToken' })
  const { after, mark: given } = opened.data
  const [one, other] = [Buffer.from(given), Buffer.from(mark(marked(bound, after)))]
  if (one.length !== other.length || !timingSafeEqual(one, other)) throw new Problem({ code: 'InvalidPagingToken' })
  return after
}

function parsed(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString())
  } catch {
    return undefined
  }
}
