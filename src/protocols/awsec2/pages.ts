import { openMarker, sealMarker } from '#protocols/aws/markers.ts'

/** One page of a list that is read whole: its items and, where more follow, the sealed place where they begin. Raises what `openMarker` does. */
export function pageOf<T>(
  context: Parameters<typeof openMarker>[0],
  bound: Parameters<typeof openMarker>[1],
  { all, NextToken, MaxResults }: { readonly all: readonly T[]; readonly NextToken: string | undefined; readonly MaxResults: number },
): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  const from = NextToken === undefined ? 0 : Number(openMarker(context, bound, NextToken))
  const end = from + MaxResults
  return { items: all.slice(from, end), nextToken: end < all.length ? sealMarker(context, bound, end.toString()) : undefined }
}
