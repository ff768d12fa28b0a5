import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { callersAccount } from '#domain/account-keys/find-account-key.ts'
import type { Listed } from '#domain/vault-objects/list-objects.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { openMarker, sealMarker } from '#protocols/aws/markers.ts'
import type { Answer } from '#protocols/http/answer.ts'
import { Problem } from '#model/problem.ts'

/** Where one page begins and how long it may be. */
export interface PageAsked {
  readonly region: string
  /** `ListKeys`; of what is listed of one thing `ListResourceTags arn:…`. */
  readonly list: string
  readonly body: { readonly Limit?: number; readonly Marker?: string }
  readonly sizes: { readonly max: number; readonly default: number }
}

/** One page of a list (aws-kms.md 1.4): its marker is there only while there is more, and opens nobody else's list. Raises `MarkerInvalid`. */
export async function page<T>(
  context: Needs<'ground' | 'instance'>,
  call: Call,
  asked: PageAsked & {
    readonly member: string
    rows(page: { readonly after: number; readonly limit: number }): Promise<Listed<T>>
    item(value: T): unknown
  },
): Promise<Answer> {
  const { region, list, body, sizes, member } = asked
  const bound = { accountId: callersAccount(call), region, list }
  const after = body.Marker === undefined ? 0 : positionOf(openMarker(context, bound, body.Marker))
  const listed = await asked.rows({ after, limit: Math.min(body.Limit ?? sizes.default, sizes.max) })
  return amzJson({
    [member]: listed.items.map(value => asked.item(value)),
    Truncated: listed.next !== undefined,
    ...(listed.next !== undefined && { NextMarker: sealMarker(context, bound, listed.next.toString()) }),
  })
}

function positionOf(text: string): number {
  const position = Number(text)
  if (!Number.isSafeInteger(position)) throw new Problem({ code: 'MarkerInvalid' })
  return position
}
