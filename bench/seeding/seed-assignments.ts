import type { Context } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Vault } from '#domain/resources/records.ts'
import { childScope } from '#domain/resources/scopes.ts'
import type { Principal } from '#model/principal.ts'
import { performAs } from './open-instance.ts'

const keyVaultReader = '21090545-7ca7-4776-b22c-e363652d74d2'
const perCall = 100

/** Half of them are the measured principal's own, or of groups that it is in, on keys of the vault that it uses, half are other principals' on the vault itself. */
export async function seedAssignments(
  context: Context,
  seeded: {
    readonly vault: Vault
    readonly count: number
    readonly who: Principal
    /** The measured principal and its groups. */
    readonly holders: readonly string[]
    readonly tenantId: string
  },
): Promise<void> {
  const { vault, count, who, holders, tenantId } = seeded
  for (let from = 0; from < count; from += perCall) {
    await performAs(context, who, async call => {
      for (let at = from; at < Math.min(count, from + perCall); at += 1) {
        const own = at % 2 === 0
        const scope = own ? childScope(vault.scope, `keys/unused-${at}`) : vault.scope
        const name = context.ground.random.uuid()
        context.roleAssignments.create(call, compartmentOfGuid(tenantId), {
          path: [scope.at(-1) ?? '', name],
          value: {
            name,
            scopeId: own ? `${vault.id}/keys/unused-${at}` : vault.id,
            scope,
            roleId: keyVaultReader,
            principalId: (own ? holders[at % holders.length] : undefined) ?? context.ground.random.uuid(),
            principalType: 'ServicePrincipal',
            createdAt: call.at,
            createdBy: who.id,
            updatedAt: call.at,
            updatedBy: who.id,
          },
        })
      }
    })
  }
}
