import { Problem } from '#model/problem.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { createSubscription } from '#domain/resources/create-subscription.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addPassword, createApplication, createTenant } from './directory.ts'

export interface NewTenant {
  readonly permit: Permit<'instance.operate'>
  readonly displayName: string
  /** Its first verified domain; below the instance's own where none is given. */
  readonly domain?: string | undefined
  /** When the administrator's secret ends. */
  readonly secretEndsAt: number
}

export interface MadeTenant {
  readonly tenantId: string
  readonly domain: string
  readonly subscriptionId: string
  readonly resourceGroup: string
  readonly administrator: { readonly clientId: string; readonly clientSecret: string; readonly objectId: string }
}

const resourceGroup = 'keystead'

/** A customer of his own: a tenant that knows nothing of the others, who administers it, and a subscription that he owns. Raises `InvalidBody` for a domain that is taken. */
export async function bringUpTenant(context: Context, call: Call, wanted: NewTenant): Promise<MadeTenant> {
  assertPermits(wanted.permit, rootScope)
  const { displayName, secretEndsAt } = wanted
  const { instance, ground, identity } = context
  // Once: a try that follows makes the same tenant, whose keys have its name in them.
  const { tenantId, subscriptionId } = await call.once('ids of the tenant', async () =>
    Promise.resolve({ tenantId: ground.random.uuid(), subscriptionId: ground.random.uuid() }),
  )
  const domain = (wanted.domain ?? `${tenantId.slice(0, 8)}.${instance.domain}`).toLowerCase()
  if (identity.index.tenantOfDomain(domain) !== undefined)
    throw new Problem({ code: 'InvalidBody', details: { name: 'domain', message: `The domain ${domain} is another tenant's.` } })
  await createTenant(context, call, { tenantId, displayName, domains: [domain] })
  const { application, servicePrincipal } = await createApplication(context, call, {
    tenantId,
    displayName: 'administrator',
    directoryRight: 'write',
  })
  const { secretText } = await addPassword(context, call, application, { displayName: 'keystead tenant create', endAt: secretEndsAt })
  const ownerId = servicePrincipal.value.id
  await createSubscription(context, call, { tenantId, subscriptionId, displayName, resourceGroup, location: instance.location, ownerId })
  const administrator = { clientId: application.value.appId, clientSecret: secretText, objectId: ownerId }
  return { tenantId, domain, subscriptionId, resourceGroup, administrator }
}
