import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { openPosition, sealPosition } from '#protocols/azure/sealed-position.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { selected, shownOf, type Entity } from './entity.ts'
import { parseFilter, type Filter } from './filter.ts'
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

const refusable = ['$orderby', '$expand', '$search', '$skip'] as const

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

/** What a list is made of: values in the order of their making. */
export interface Listed<T> {
  readonly ord: number
  readonly value: T
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
  const advanced = query.$count === 'true' && request.header('consistencylevel')?.toLowerCase() === 'eventual'
  const filter = parseFilter(query.$filter, entity, advanced)
  const { barrier } = context.ground
  const compartment = compartmentOfGuid(tenantOfCaller(call))
  const collection = JSON.stringify([request.segments.join('/').toLowerCase(), query.$filter ?? ''])
  const bound = { compartment, collection, caller: call.who.id }
  const after = query.$skiptoken === undefined ? 0 : openPosition(barrier, bound, query.$skiptoken)
  const found = await asked.found(filter)
  const ahead = found.filter(one => one.ord > after)
  const page = ahead.slice(0, query.$top ?? pageDefault)
  const last = page.at(-1)
  const more = last !== undefined && page.length < ahead.length
  return json(200, {
    '@odata.context': contextUrl(site, entity.set, names),
    ...(query.$count === 'true' && { '@odata.count': found.length }),
    ...(more && { '@odata.nextLink': nextLink(site, request, sealPosition(barrier, bound, last.ord)) }),
    value: page.map(({ value }) => shownOf(entity, value, names)),
  })
}

/** One object, with what its context adds. Raises `NotSupported`, `InvalidParameter`. */
export function objectAnswer<T>(
  asked: { readonly site: GraphSite; readonly query: ObjectQuery; readonly entity: Entity<T> },
  value: T,
): Answer {
  const { site, query, entity } = asked
  refuseUnsupported(query)
  const names = selected(entity, query.$select)
  return json(200, { '@odata.context': `${contextUrl(site, entity.set, names)}/$entity`, ...shownOf(entity, value, names) })
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
