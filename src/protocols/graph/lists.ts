import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { Held } from '#domain/records/family.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'

const pageDefault = 100
const pageMax = 999

const number = (name: string, max: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/, `${name} is a number`)
    .transform(Number)
    .refine(value => value <= max, `${name} is ${max} at most`)

/** OData system query options; `$select` is a wish, and more members than wished are no harm. */
export const listQuery = z.object({
  $filter: z.string().max(2_048, 'the filter is too long').optional(),
  $top: number('$top', pageMax)
    .refine(value => value > 0, '$top is 1 at least')
    .optional(),
  $skiptoken: number('$skiptoken', Number.MAX_SAFE_INTEGER).optional(),
  $select: z.string().optional(),
  $count: z.enum(['true', 'false'], '$count is true or false').optional(),
  $orderby: z.string().optional(),
  $expand: z.string().optional(),
  $search: z.string().optional(),
})
export type ListQuery = z.output<typeof listQuery>

/** Raises `NotSupported` for options whose loss would change the answer. */
export function refuseUnsupported(query: ListQuery): void {
  for (const name of ['$orderby', '$expand', '$search'] as const)
    if (query[name] !== undefined)
      throw new Problem({ code: 'NotSupported', details: { message: `The query option '${name}' is not supported.` } })
}

/** A page in the order of making; the next one begins behind the last of this one, whatever was made or removed meanwhile. */
export function listAnswer<T>(
  at: { readonly baseUrl: string; readonly path: string; readonly request: WireRequest; readonly query: ListQuery },
  found: readonly Held<T>[],
  shown: (value: T) => object,
): Answer {
  const { baseUrl, path, request, query } = at
  const after = query.$skiptoken ?? 0
  const ahead = found.filter(held => held.ord > after)
  const page = ahead.slice(0, query.$top ?? pageDefault)
  const last = page.at(-1)
  return json(200, {
    '@odata.context': `${baseUrl}/v1.0/$metadata#${path}`,
    ...(query.$count === 'true' && { '@odata.count': found.length }),
    ...(last !== undefined && page.length < ahead.length && { '@odata.nextLink': nextLink(baseUrl, request, last.ord) }),
    value: page.map(held => shown(held.value)),
  })
}

function nextLink(baseUrl: string, request: WireRequest, after: number): string {
  const kept = [...request.query].filter(([name]) => name !== '$skiptoken')
  const query = [...kept, ['$skiptoken', after.toString()]].map(pair => pair.map(encodeURIComponent).join('='))
  return `${baseUrl}${request.path}?${query.join('&')}`
}
