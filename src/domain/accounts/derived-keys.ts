import type { KeyObject } from 'node:crypto'
import { generations } from '#domain/generations.ts'
import type { AccessKey } from './records.ts'
import type { Records } from '#domain/records/records.ts'

/** Keys that were derived of secrets for a day, a Region and a service. They verify signatures and are never the verdict: whose they are is asked of the records at every try. */
export interface DerivedKeys {
  get(accessKeyId: string, scope: string): KeyObject | undefined
  set(accessKeyId: string, scope: string, key: KeyObject): void
}

/** Access keys lately seen that are kept, twice over. */
const keptMax = 5_000
/** Scopes of one access key that are kept: days, Regions, services. */
const scopesMax = 64

/** Dropped in the tick in which the record of the access key changes. */
export function createDerivedKeys(accessKeys: Pick<Records<AccessKey, readonly [id: string]>, 'observe'>): DerivedKeys {
  const known = generations<Map<string, KeyObject>>(keptMax)
  accessKeys.observe((before, after) => {
    for (const held of [before, after]) if (held !== undefined) known.delete(held.value.id)
  })
  return {
    get: (accessKeyId, scope) => known.get(accessKeyId)?.get(scope),
    set(accessKeyId, scope, key) {
      const scopes = known.get(accessKeyId) ?? new Map<string, KeyObject>()
      if (scopes.size >= scopesMax) scopes.clear()
      scopes.set(scope, key)
      known.set(accessKeyId, scopes)
    },
  }
}
