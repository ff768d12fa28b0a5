import { z } from 'zod'
import { lookUp } from '#model/names.ts'
import type { LifetimeAction } from '#domain/keys/rotation-policy.ts'

const jsonBody = <S extends z.ZodRawShape>(shape: S) => z.object(shape, { error: 'must be a JSON object' })

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

/** A rotation policy as a vault and ARM take it; what it may say is the domain's to judge. */
export const rotationPolicyBody = jsonBody({
  lifetimeActions: z
    .array(lifetimeAction, { error: 'must be an array' })
    .nullish()
    .transform(actions => actions ?? []),
  attributes: jsonBody({ expiryTime: duration }).nullish(),
})
