import type { Records } from '#domain/records/records.ts'
import type { Held } from '#domain/records/family.ts'
import type { PermissionGrant } from './records.ts'

export type HeldGrant = Held<PermissionGrant, readonly [id: string]>

export interface ConsentIndex {
  /** What was consented to for the client at the resource, by object ids of their principals: for everybody, and for this user. */
  scopes(asked: { readonly clientId: string; readonly resourceId: string; readonly userId: string }): readonly string[]
  /** Grants between the two, whomever they are for. */
  between(clientId: string, resourceId: string): readonly HeldGrant[]
}

/** Follows the family's observers: call it before the view is loaded. Grants are rulings, so what is read here need not be noted in a call. */
export function indexConsent(records: Pick<Records<PermissionGrant, readonly [id: string]>, 'observe'>): ConsentIndex {
  const grants = new Map<string, ReadonlyMap<string, HeldGrant>>()
  const pair = (clientId: string, resourceId: string): string => `${clientId}/${resourceId}`
  records.observe((before, after) => {
    for (const [held, there] of [
      [before, false],
      [after, true],
    ] as const) {
      if (held === undefined) continue
      const key = pair(held.value.clientId, held.value.resourceId)
      const now = new Map(grants.get(key))
      if (there) now.set(held.id, held)
      else now.delete(held.id)
      if (now.size > 0) grants.set(key, now)
      else grants.delete(key)
    }
  })
  const between = (clientId: string, resourceId: string): readonly HeldGrant[] => [
    ...(grants.get(pair(clientId, resourceId))?.values() ?? []),
  ]
  return {
    between,
    scopes: ({ clientId, resourceId, userId }) =>
      between(clientId, resourceId).flatMap(({ value }) =>
        value.principalId === undefined || value.principalId === userId ? value.scopes : [],
      ),
  }
}
