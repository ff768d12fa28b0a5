import type { Millis } from '#model/brands.ts'
import type { AuditRow } from '#domain/audit/parse-row.ts'
import type { Needs } from '#domain/context.ts'
import { keyNamesIn, type IsKeyUse } from './last-uses.ts'

/** Somebody who used a key, as the audit has it. */
export interface SeenWith {
  /** Application, else object id, else what kind of caller. */
  readonly by: string
  /** As the directory calls it. */
  readonly name?: string | undefined
  /** What acts by it, where it is a managed identity. */
  readonly resourceId?: string | undefined
  /** Names of operations, sorted. */
  readonly operations: readonly string[]
  readonly count: number
  /** RFC 3339. */
  readonly last: string
}

/** Who has used the key since then, most uses first, of one reading of the audit. */
export async function seenWith(
  context: Needs<'trail' | 'servicePrincipals' | 'users'>,
  asked: { readonly key: string; readonly since: Millis; readonly isKeyUse: IsKeyUse },
): Promise<readonly SeenWith[]> {
  const wanted = asked.key.startsWith('arn:') ? asked.key : asked.key.toLowerCase()
  const found = new Map<string, { readonly operations: Set<string>; count: number; last: string }>()
  for await (const row of context.trail({ since: asked.since })) {
    if (!row.decision.allow || row.result.http >= 400 || !asked.isKeyUse(row.operation) || !keyNamesIn(row).includes(wanted)) continue
    const seen = found.getOrInsertComputed(callerOf(row), () => ({ operations: new Set<string>(), count: 0, last: row.at }))
    seen.operations.add(row.operation)
    seen.count += 1
    seen.last = row.at
  }
  return [...found]
    .map(([by, { operations, count, last }]): SeenWith => {
      const { name, resourceId } = calledBy(context, by)
      return { by, name, resourceId, operations: [...operations].toSorted(), count, last }
    })
    .toSorted((a, b) => b.count - a.count)
}

const callerOf = ({ actor }: AuditRow): string => actor.appid ?? actor.oid ?? actor.kind

function calledBy({ servicePrincipals, users }: Needs<'servicePrincipals' | 'users'>, by: string): Pick<SeenWith, 'name' | 'resourceId'> {
  const principal = servicePrincipals.peek().find(({ value }) => value.appId === by || value.id === by)?.value
  if (principal !== undefined) return { name: principal.displayName, resourceId: principal.resourceId }
  return { name: users.peek().find(({ value }) => value.id === by)?.value.userPrincipalName }
}
