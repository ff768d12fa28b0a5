import { z } from 'zod'
import { lookUp } from '#model/names.ts'
import type { Key } from '#domain/keys/records.ts'
import { defaultNotify, type LifetimeAction } from '#domain/keys/rotation-policy.ts'
import { jsonBody } from './bodies.ts'
import { keyUrl } from './shapes.ts'
import type { VaultSite } from './site.ts'

/** ARM's clients and az say `null` or nothing at all for what they do not set (key-vault.md 2.9). */
const duration = z
  .string({ error: 'must be an ISO 8601 duration' })
  .nullish()
  .transform(text => (text === '' || text === null ? undefined : text))

const actionNames: Readonly<Record<string, LifetimeAction['action']>> = { rotate: 'Rotate', notify: 'Notify' }

const actionType = z.string({ error: 'must be a string' }).transform((text, context) => {
  const action = lookUp(actionNames, text.toLowerCase())
  if (action !== undefined) return action
  context.issues.push({ code: 'custom', message: 'must be Rotate or Notify', input: undefined })
  return z.NEVER
})

const lifetimeAction = jsonBody({
  trigger: jsonBody({ timeAfterCreate: duration, timeBeforeExpiry: duration }),
  action: jsonBody({ type: actionType }),
}).transform(({ trigger: { timeAfterCreate, timeBeforeExpiry }, action }): LifetimeAction => ({
  action: action.type,
  ...(timeAfterCreate !== undefined && { timeAfterCreate }),
  ...(timeBeforeExpiry !== undefined && { timeBeforeExpiry }),
}))

export const rotationPolicyBody = jsonBody({
  lifetimeActions: z
    .array(lifetimeAction, { error: 'must be an array' })
    .nullish()
    .transform(actions => actions ?? []),
  attributes: jsonBody({ expiryTime: duration }).nullish(),
})

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
