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
  for await (const { actor, at, decision, operation, resourceId, result } of context.trail({ since })) {
    if (!decision.allow || result.http >= 400 || !isKeyUse(operation)) continue
    const key = keyNameIn(resourceId)
    if (key !== undefined) newest.set(key, { key, at, operation, by: actor.appid ?? actor.oid ?? actor.kind })
  }
  return [...newest.values()]
}

/** Of a key's URL or ARN. */
export function keyNameIn(resourceId: string): string | undefined {
  const [, vault, key] = /^https:\/\/([^./:]+)\.vault\.[^/]+\/keys\/([^/]+)/i.exec(resourceId) ?? []
  if (vault !== undefined && key !== undefined) return `${vault}/${key}`.toLowerCase()
  return /^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/.test(resourceId) ? resourceId : undefined
}
