import type { Needs } from '#domain/context.ts'
import type { ServicePrincipal } from '#domain/identity/records.ts'
import type { ShownPrincipal } from './entities.ts'

/** With its application, its own tenant's or another's; a managed identity has none. All of it is rulings, so that the answer stands on it anyway. */
export function withApplication({ identity }: Needs<'identity'>, principal: ServicePrincipal): ShownPrincipal {
  const application = identity.index.applicationFor(principal.tenantId, principal.appId)?.value
  return application === undefined ? principal : { ...principal, application }
}
