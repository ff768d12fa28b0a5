import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { resourceAt } from '#domain/resources/find-place.ts'
import type { WireRequest } from '#protocols/http/request.ts'

/** `*`, or a list of tags; a weak one is as good as another: nothing here is byte for byte. */
const names = (header: string, etag: string): boolean =>
  header.trim() === '*' || header.split(',').some(one => one.trim().replace(/^W\//, '') === etag)

/**
 * `If-Match` and `If-None-Match` of a write (RFC 9110 13.1), asked of the record in the very call that replaces it: a change in between is met
 * by the commit. Raises `PreconditionFailed`.
 */
export async function refuseUnmet(
  context: Context,
  call: Call,
  { request, armId }: { readonly request: WireRequest; readonly armId: string },
): Promise<void> {
  const [wanted, unwanted] = [request.header('if-match'), request.header('if-none-match')]
  if (wanted === undefined && unwanted === undefined) return
  const etag = (await resourceAt(context, call, armId))?.value.etag
  const met = wanted === undefined || (etag !== undefined && names(wanted, etag))
  const clear = unwanted === undefined || etag === undefined || !names(unwanted, etag)
  if (!met || !clear) throw new Problem({ code: 'PreconditionFailed' })
}

/** The header by which a later write names what it has seen. */
export const etagOf = ({ value }: { readonly value: { readonly etag: string } }) => ({ etag: value.etag })
