import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Listed } from '#domain/vault-objects/list-objects.ts'
import { openPosition, sealPosition } from '#protocols/azure/sealed-position.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import { pageSizeMax } from './limits.ts'
import type { PageQuery } from './params.ts'
import type { Writing } from './object-shapes.ts'

export interface PageOf {
  readonly writing: Writing
  readonly query: PageQuery
  /** Path of the list, as its next page is asked for. */
  readonly path: string
  /** What else was asked for and is asked again: `&includePending=true`. */
  readonly also?: string
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
  const { writing, query, path, also = '' } = how
  const { site, request } = writing
  const { barrier } = context.ground
  const bound = { compartment: site.vault.value.compartment, collection: `${path.toLowerCase()}${also}`, caller: call.who.id }
  const after = query.$skiptoken === undefined ? 0 : openPosition(barrier, bound, query.$skiptoken)
  const listed = await how.list({ after, limit: query.maxresults ?? pageSizeMax })
  const nextLink =
    listed.next === undefined ? null : linkTo({ site, request, path, query, also }, sealPosition(barrier, bound, listed.next))
  return json(200, { value: listed.items.map(value => how.item(value)), nextLink })
}

function linkTo(at: Writing & Pick<PageOf, 'path' | 'query' | 'also'>, token: string): string {
  const { site, request, path, query, also = '' } = at
  const version = encodeURIComponent(request.query.get('api-version') ?? '')
  const size = query.maxresults === undefined ? '' : `&maxresults=${query.maxresults}`
  return `${site.baseUrl}${path}?api-version=${version}&$skiptoken=${token}${size}${also}`
}
