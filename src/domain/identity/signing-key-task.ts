import { millis } from '#model/brands.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import type { DueTask } from '#domain/jobs/task.ts'
import { leewaySeconds, tokenLifeMsMax } from './lifetimes.ts'
import { signingKeyLifeMs } from './records.ts'
import { makeSigningKey, publishedAheadMs } from './signing-keys.ts'

/** Rolls token signing keys: the successor is published a day before it signs, the predecessor until its longest token has expired. */
export const signingKeyTask: DueTask = {
  family: 'signingKeys',
  operation: 'SigningKeyRollIfDue',
  async run(context, call, { compartment, path }) {
    const [id] = path
    if (id === undefined) return false
    const held = await context.signingKeys.get(call, compartment, [id])
    if (held === undefined) return false
    const { tenantId, kid, signsFrom, publishedUntil } = held.value
    if (call.at < (publishedUntil ?? signsFrom + signingKeyLifeMs)) return false
    context.access.permit(call, 'signingKey.roll', { on: rootScope })
    call.resource = `/tenants/${tenantId}/signingKeys/${kid}`
    if (publishedUntil !== undefined) {
      context.signingKeys.remove(call, held)
      call.materials.push({ removeOf: held.id })
      return true
    }
    const from = millis(call.at + publishedAheadMs)
    const successor = await makeSigningKey(context, call, { tenantId, signsFrom: from })
    call.details.set('successor', successor.value.kid)
    context.signingKeys.update(call, held, { ...held.value, publishedUntil: from + tokenLifeMsMax + leewaySeconds * 1_000 })
    return true
  },
}
