import type { Key } from '#domain/keys/records.ts'
import { defaultNotify } from '#domain/keys/rotation-policy.ts'
import { keyUrl } from './shapes.ts'
import type { VaultSite } from './site.ts'

const seconds = (ms: number): number => Math.floor(ms / 1000)

export function rotationPolicy(site: VaultSite, key: Key) {
  const policy = key.rotationPolicy
  return {
    id: `${keyUrl(site, key)}/rotationpolicy`,
    lifetimeActions: (policy?.lifetimeActions ?? [defaultNotify]).map(({ action, ...trigger }) => ({ trigger, action: { type: action } })),
    attributes:
      policy === undefined
        ? {}
        : {
            ...(policy.expiryTime !== undefined && { expiryTime: policy.expiryTime }),
            created: seconds(policy.createdAt),
            updated: seconds(policy.updatedAt),
          },
  }
}
