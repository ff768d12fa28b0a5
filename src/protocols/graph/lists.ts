import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { openPlace, openPosition, sealPlace, sealPosition } from '#protocols/azure/sealed-position.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { selected, shownAlone, shownOf, type Entity } from './entity.ts'
import { parseFilter, type Filter } from './filter.ts'
import { ordered, parseOrder, type Listed, type Place } from './order.ts'
import { parseSearch } from './search.ts'
import { tenantOfCaller, type GraphSite } from './site.ts'

const pageDefault = 100
const pageMax = 999

/** OData system query options. What is not understood is refused, never left out: the answer would be another. */
export const listQuery = z.object({
  $filter: z.string().max(2_048, 'the filter is too long').optional(),
  $top: z
    .string()
    .regex(/^\d{1,9}$/, '$top is a number')
    .transform(Number)
    .refine(value => value > 0 && value <= pageMax, `$top is 1 to ${pageMax}`)
    .optional(),
  $skiptoken: z.string().optional(),
  $select: z.string().optional(),
  $count: z.enum(['true', 'false'], '$count is true or false').optional(),
  $orderby: z.string().optional(),
  $expand: z.string().optional(),
  $search: z.string().optional(),
  $skip: z.string().optional(),
})
export type ListQuery = z.output<typeof listQuery>

/** Of one object: which of its properties. */
export const objectQuery = z.object({ $select: z.string().optional(), $expand: z.string().optional() })
export type ObjectQuery = z.output<typeof objectQuery>

const refusable = ['$expand', '$skip'] as const

/** Raises `NotSupported` for options whose loss would change the answer. */
function refuseUnsupported(query: Partial<Record<(typeof refusable)[number], string | undefined>>): void {
  for (const name of refusable)
    if (query[name] !== undefined)
      throw new Problem({ code: 'NotSupported', details: { message: `The query option '${name}' is not supported.` } })
}

export interface ListAsked<T> {
  readonly site: GraphSite
  readonly request: WireRequest
  readonly query: ListQuery
  readonly entity: Entity<T>
}

/** A list as Graph answers it: filtered, page by page behind the last of the one before, whatever was made or removed meanwhile. Raises `NotSupported`, `InvalidParameter`, `InvalidPagingToken`. */
export async function listAnswer<T>(
  context: Needs<'ground'>,
  call: Call,
  asked: ListAsked<T> & { readonly found: (filter: Filter<T>) => Promise<readonly Listed<T>[]> },
): Promise<Answer> {
  const { site, request, query, entity } = asked
  refuseUnsupported(query)
  const names = selected(entity, query.$select)
  const found = await asked.found(matching(asked))
  const { page, token } = pageOf(context, call, { ...asked, found })
  return json(200, {
    '@odata.context': contextUrl(site, entity.set, names),
    ...(query.$count === 'true' && { '@odata.count': found.length }),
    ...(token !== undefined && { '@odata.nextLink': nextLink(site, request, token) }),
    value: page.map(({ value }) => shownOf(entity, value, names)),
  })
}

/** How many there are: `…/$count`. Raises `InvalidParameter` where nobody said that the index may answer, and as `listAnswer` does. */
export async function countAnswer<T>(
  asked: ListAsked<T> & { readonly found: (filter: Filter<T>) => Promise<readonly unknown[]> },
): Promise<Answer> {
  refuseUnsupported(asked.query)
  if (!isEventual(asked.request))
    throw new Problem({
      code: 'InvalidParameter',
      details: { name: '$count', message: '$count needs the header ConsistencyLevel: eventual.' },
    })
  const found = await asked.found(matching({ ...asked, query: { ...asked.query, $count: 'true' } }))
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: found.length.toString() }
}

/** Graph answers such requests from an index that it says may lag behind; ours does not. */
const isEventual = (request: WireRequest): boolean => request.header('consistencylevel')?.toLowerCase() === 'eventual'

/** What `$filter` and `$search` want, both. Raises `NotSupported`, `InvalidParameter`. */
function matching<T>({ query, request, entity }: ListAsked<T>): Filter<T> {
  const eventual = isEventual(request)
  const advanced = query.$count === 'true' && eventual
  const filter = parseFilter(query.$filter, entity, advanced)
  if (query.$orderby !== undefined) checkOrder(query, advanced)
  if (query.$search === undefined) return filter
  if (!eventual)
    throw new Problem({
      code: 'NotSupported',
      details: { message: "Request with $search query parameter only works with the request header 'ConsistencyLevel: eventual'." },
    })
  const search = parseSearch(query.$search, entity)
  return { matches: value => filter.matches(value) && search(value), equal: property => filter.equal(property) }
}

function checkOrder({ $filter, $search }: ListQuery, advanced: boolean): void {
  if ($search !== undefined)
    throw new Problem({ code: 'NotSupported', details: { message: '$orderby and $search are not supported together.' } })
  if ($filter !== undefined && !advanced)
    throw new Problem({
      code: 'NotSupported',
      details: { message: 'Sorting what is filtered needs the query parameter $count=true and the header ConsistencyLevel: eventual.' },
    })
}

/** The next of them, and what leads behind the last. */
function pageOf<T>(
  { ground }: Needs<'ground'>,
  call: Call,
  { request, query, entity, found }: ListAsked<T> & { readonly found: readonly Listed<T>[] },
): { readonly page: readonly Listed<T>[]; readonly token: string | undefined } {
  const { barrier } = ground
  const wanted = [query.$filter ?? '', ...[query.$search, query.$orderby].map(text => text ?? '').filter(text => text !== '')]
  const collection = JSON.stringify([request.segments.join('/').toLowerCase(), ...wanted])
  const bound = { compartment: compartmentOfGuid(tenantOfCaller(call)), collection, caller: call.who.id }
  const order = query.$orderby === undefined ? undefined : parseOrder(query.$orderby, entity)
  const top = query.$top ?? pageDefault
  if (order === undefined) {
    const after = query.$skiptoken === undefined ? 0 : openPosition(barrier, bound, query.$skiptoken)
    const { page, last } = cut(
      found.filter(one => one.ord > after),
      top,
    )
    return { page, token: last && sealPosition(barrier, bound, last.ord) }
  }
  const after = query.$skiptoken === undefined ? undefined : placeIn(openPlace(barrier, bound, query.$skiptoken))
  const all = ordered(found, order)
  const { page, last } = cut(after === undefined ? all : all.filter(one => order.compare(one, after) > 0), top)
  return { page, token: last && sealPlace(barrier, bound, JSON.stringify([last.key, last.ord])) }
}

/** The last of a page behind which there is more. */
function cut<O>(ahead: readonly O[], top: number): { readonly page: readonly O[]; readonly last: O | undefined } {
  const page = ahead.slice(0, top)
  return { page, last: page.length < ahead.length ? page.at(-1) : undefined }
}

const placeShape = z.tuple([z.string(), z.number()])
function placeIn(text: string): Place {
  const [key, ord] = placeShape.parse(JSON.parse(text))
  return { key, ord }
}

/** One object, with what its context adds. Raises `NotSupported`, `InvalidParameter`. */
export function objectAnswer<T>(
  asked: { readonly site: GraphSite; readonly query: ObjectQuery; readonly entity: Entity<T> },
  value: T,
): Answer {
  const { site, query, entity } = asked
  refuseUnsupported(query)
  const names = selected(entity, query.$select)
  return json(200, { '@odata.context': `${contextUrl(site, entity.set, names)}/$entity`, ...shownAlone(entity, value, names) })
}

/** What a `POST` made. */
export const madeAnswer = <T>(site: GraphSite, entity: Entity<T>, value: T): Answer =>
  json(201, { '@odata.context': `${contextUrl(site, entity.set)}/$entity`, ...shownOf(entity, value) })

export const contextUrl = ({ baseUrl }: GraphSite, set: string, names?: readonly string[]): string =>
  `${baseUrl}/v1.0/$metadata#${set}${names === undefined ? '' : `(${names.join(',')})`}`

/** The client's own query, the page apart; the path is spelt as it was asked for. */
function nextLink({ baseUrl }: GraphSite, request: WireRequest, token: string): string {
  const kept = [...request.query].filter(([name]) => name !== '$skiptoken')
  const query = [...kept, ['$skiptoken', token]].map(pair => pair.map(encodeURIComponent).join('='))
  return `${baseUrl}${request.path}?${query.join('&')}`
}
