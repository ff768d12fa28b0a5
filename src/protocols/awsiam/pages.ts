import { openMarker, sealMarker } from '#protocols/aws/markers.ts'
import type { XmlValue } from '#protocols/aws/xml.ts'
import type { Asked } from './site.ts'

interface Paged {
  readonly Marker?: string
  readonly MaxItems?: number
}

/** Of lists that are asked for without a number. */
const itemsDefault = 100

export interface Page<T> {
  readonly items: readonly T[]
  /** `IsTruncated`, and with it where to go on. */
  readonly end: { readonly IsTruncated: boolean; readonly Marker: string | undefined }
}

/**
 * One page of a list in the order of its names: whoever comes or goes between two pages moves nothing else.
 * `list`: the operation, with its subject where it has one. Raises `MarkerInvalid`.
 */
export function pageOf<T>(
  { context, accountId, body }: Asked<Paged>,
  of: { readonly list: string; readonly items: readonly T[]; readonly nameOf: (item: T) => string },
): Page<T> {
  const { list, items, nameOf } = of
  const bound = { accountId, region: '', list }
  const after = body.Marker === undefined ? undefined : openMarker(context, bound, body.Marker)
  const keyed = items.map(item => ({ item, key: nameOf(item).toLowerCase() })).sort((a, b) => (a.key < b.key ? -1 : 1))
  const rest = after === undefined ? keyed : keyed.filter(({ key }) => key > after)
  const page = rest.slice(0, body.MaxItems ?? itemsDefault)
  const last = page.at(-1)
  const more = last !== undefined && page.length < rest.length
  return {
    items: page.map(({ item }) => item),
    end: { IsTruncated: more, Marker: more ? sealMarker(context, bound, last.key) : undefined },
  }
}

/** The whole answer of a list of one member. */
export async function listed<T>(
  asked: Asked<Paged>,
  of: {
    readonly member: string
    readonly list: string
    readonly items: readonly T[]
    readonly nameOf: (item: T) => string
    readonly shape: (item: T) => XmlValue | Promise<XmlValue>
  },
): Promise<Readonly<Record<string, XmlValue>>> {
  const { items, end } = pageOf(asked, of)
  return { [of.member]: await Promise.all(items.map(async item => of.shape(item))), ...end }
}
