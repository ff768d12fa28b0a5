import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import { openPagingToken, sealPagingToken } from '#protocols/azure/paging-tokens.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import type { ArmSite } from './site.ts'

/** Rows of a page at most, and where `$top` names none. */
const pageRows = 1_000

const topRule = 'The $top query parameter must be a positive number.'

/** The query of every list; what else a client sends is not looked at. */
export const listQuery = z.object({
  $top: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, topRule)
    .transform(Number)
    .optional(),
  $skiptoken: z.string().optional(),
  $filter: z.string().optional(),
  $expand: z.string().optional(),
})

/** Which rows are asked for: those after the last one given out, `''` at the beginning. */
export interface PageAsked {
  readonly after: string
  readonly limit: number
}

interface Listing {
  readonly site: ArmSite
  readonly request: WireRequest
}

const boundTo = ({ segments, query }: WireRequest): string => JSON.stringify([segments.join('/').toLowerCase(), query.get('$filter') ?? ''])

/** Raises `InvalidParameter`, `InvalidPagingToken`. */
export function pageAsked({ site, request }: Listing): PageAsked {
  const query = listQuery.safeParse(Object.fromEntries(request.query))
  if (!query.success) throw new Problem({ code: 'InvalidParameter', details: { name: '$top', message: topRule } })
  const { $top: top, $skiptoken: token } = query.data
  const after = token === undefined ? '' : openPagingToken(text => site.mark(text), boundTo(request), token)
  return { after, limit: Math.min(top ?? pageRows, pageRows) }
}

/** A page; `nextLink`, where there is more, is absolute, on the same host, good for this collection and caller alone. */
export function pageAnswer(
  { site, request }: Listing,
  page: { readonly value: readonly object[]; readonly last: string | undefined },
): Answer {
  const { value, last } = page
  if (last === undefined) return json(200, { value })
  const next = [...request.query].filter(([name]) => name !== '$skiptoken')
  next.push(['$skiptoken', sealPagingToken(text => site.mark(text), boundTo(request), last)])
  const text = next.map(([name, part]) => `${name}=${encodeURIComponent(part)}`).join('&')
  return json(200, { value, nextLink: `${site.baseUrl}/${request.segments.map(encodeURIComponent).join('/')}?${text}` })
}

/** One page of what is all at hand, in the order of ids: nothing is shown twice, whatever comes and goes meanwhile. */
export function armList(site: ArmSite, request: WireRequest, items: readonly { readonly id: string }[]): Answer {
  const { after, limit } = pageAsked({ site, request })
  const rows = items
    .map(item => ({ key: item.id.toLowerCase(), item }))
    .filter(({ key }) => key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  const page = rows.slice(0, limit)
  return pageAnswer({ site, request }, { value: page.map(({ item }) => item), last: rows.length > limit ? page.at(-1)?.key : undefined })
}
