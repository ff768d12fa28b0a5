import { z } from 'zod'
import type { Millis } from '#model/brands.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { rootScope } from '#domain/resources/scopes.ts'

/** Is an operation, by the name that the audit has, the use of a key's material? */
export type IsKeyUse = (operation: string) => boolean

export interface LastUse {
  /** Name of the key, as an inventory has it; a vault's in lower case. */
  readonly key: string
  /** RFC 3339. */
  readonly at: string
  readonly operation: string
  /** Application, else object id, else what kind of caller. */
  readonly by: string
}

/** The newest use of each key since then that was allowed and answered, of one reading of the audit. */
export async function lastUses(
  context: Needs<'trail'>,
  { permit, since, isKeyUse }: { readonly permit: Permit<'instance.read'>; readonly since: Millis; readonly isKeyUse: IsKeyUse },
): Promise<readonly LastUse[]> {
  assertPermits(permit, rootScope)
  const newest = new Map<string, LastUse>()
  for await (const row of context.trail({ since })) {
    const { actor, at, decision, operation, result } = row
    if (!decision.allow || result.http >= 400 || !isKeyUse(operation)) continue
    for (const key of keyNamesIn(row)) newest.set(key, { key, at, operation, by: actor.appid ?? actor.oid ?? actor.kind })
  }
  return [...newest.values()]
}

/** The keys that a row is about: of the URL that was asked, of the key that its operation found, of all that its trail names. */
export function keyNamesIn({
  resourceId,
  target,
  trail,
}: {
  readonly resourceId: string
  readonly target?: unknown
  readonly trail?: unknown
}): readonly string[] {
  const { target: found, trail: named } = rowParts.parse({ target, trail })
  const texts = [resourceId, found?.keyId ?? '', ...(named?.resources ?? []).map(({ arn }) => arn)]
  return [...new Set(texts.flatMap(text => keyNameOf(text) ?? []))]
}

/** What other versions of rows have there says nothing of keys. */
const rowParts = z.object({
  target: z.looseObject({ keyId: z.string() }).optional().catch(undefined),
  trail: z
    .looseObject({ resources: z.array(z.looseObject({ arn: z.string() })) })
    .optional()
    .catch(undefined),
})

/** Of a URL, an ARM id or an ARN. */
function keyNameOf(text: string): string | undefined {
  const [, vault, key] =
    /^https:\/\/([^./:]+)\.vault\.[^/]+\/keys\/([^/]+)/i.exec(text) ??
    /^\/subscriptions\/.*\/vaults\/([^/]+)\/keys\/([^/]+)/i.exec(text) ??
    []
  if (vault !== undefined && key !== undefined) return `${vault}/${key}`.toLowerCase()
  return /^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/.test(text) ? text : undefined
}
