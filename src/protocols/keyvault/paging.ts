import { sealed, type CompartmentId } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Listed } from '#domain/keys/list-keys.ts'
import { canonicalPath } from '#domain/records/family.ts'
import { travellingKinds } from '#domain/records/kinds.ts'
import { fromBase64url, toBase64url } from '#protocols/azure/base64url.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import { pageSizeMax } from './limits.ts'
import type { PageQuery } from './params.ts'
import type { Writing } from './shapes.ts'

/** What a token is good for: one collection of one vault, one caller. */
interface Bound {
  readonly compartment: CompartmentId
  readonly collection: string
  readonly caller: string
}

const contextOf = (barrier: Barrier, { compartment, collection, caller }: Bound) => ({
  id: barrier.index(compartment, canonicalPath('collection', 'pagingTokens', [collection, caller])),
  kind: travellingKinds.pagingTokens,
  version: 1,
})

/** u32 term ‖ sealed position: shows nothing of how many there are, and opens for nobody else (key-vault.md 1.7). */
function sealPosition(barrier: Barrier, bound: Bound, position: number): string {
  const plain = new Uint8Array(8)
  new DataView(plain.buffer).setFloat64(0, position)
  const { term, body } = barrier.sealRecord(contextOf(barrier, bound), plain)
  const token = new Uint8Array(4 + body.length)
  new DataView(token.buffer).setUint32(0, term)
  token.set(body, 4)
  return toBase64url(token)
}

/** Raises `InvalidPagingToken` for a damaged token, and for another's. */
function openPosition(barrier: Barrier, bound: Bound, text: string): number {
  const token = fromBase64url(text)
  if (token === undefined || token.length < 4) throw new Problem({ code: 'InvalidPagingToken' })
  const term = new DataView(token.buffer).getUint32(0)
  const plain = opened(() => barrier.openRecord(contextOf(barrier, bound), { term, body: sealed(token.subarray(4)) }))
  return new DataView(plain.buffer, plain.byteOffset, plain.length).getFloat64(0)
}

function opened(open: () => Uint8Array): Uint8Array {
  try {
    return open()
  } catch (cause) {
    throw new Problem({ code: 'InvalidPagingToken' }, { cause })
  }
}

export interface PageOf {
  readonly writing: Writing
  readonly query: PageQuery
  /** Path of the list, as its next page is asked for. */
  readonly path: string
}

/** One page of a list: where it begins, and its answer with the absolute link to the next. */
export async function page<T>(
  context: Needs<'ground'>,
  call: Call,
  how: PageOf & {
    list(page: { readonly after: number; readonly limit: number }): Promise<Listed<T>>
    item(value: T): unknown
  },
): Promise<Answer> {
  const { writing, query, path } = how
  const { site, request } = writing
  const { barrier } = context.ground
  const bound = { compartment: site.vault.value.compartment, collection: path.toLowerCase(), caller: call.who.id }
  const after = query.$skiptoken === undefined ? 0 : openPosition(barrier, bound, query.$skiptoken)
  const listed = await how.list({ after, limit: query.maxresults ?? pageSizeMax })
  const nextLink = listed.next === undefined ? null : linkTo({ site, request, path, query }, sealPosition(barrier, bound, listed.next))
  return json(200, { value: listed.items.map(value => how.item(value)), nextLink })
}

function linkTo(at: Writing & Pick<PageOf, 'path' | 'query'>, token: string): string {
  const { site, request, path, query } = at
  const version = encodeURIComponent(request.query.get('api-version') ?? '')
  const size = query.maxresults === undefined ? '' : `&maxresults=${query.maxresults}`
  return `${site.baseUrl}${path}?api-version=${version}&$skiptoken=${token}${size}`
}
