import type { Principal } from '#model/principal.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Application } from '#domain/identity/records.ts'
import { grantOf, type FederatedCredential } from './records.ts'

/** What a managed identity's token is made out to when it vouches for an application (identity-and-arm.md 1.4). */
const exchangeAudience = 'api://AzureADTokenExchange'

export type AcrossNeeds = Needs<'applications' | 'servicePrincipals' | 'identity' | 'instance'>

/**
 * The principal, in another tenant, of an application that trusts this managed identity: how a resource of one tenant uses a key of
 * another (disk-encryption.md A.1). The application is at home where the identity is and may be used by others; it has a credential for the
 * identity's object id by our own token service; the other tenant has given it a principal. `undefined` where any of it is missing.
 */
export async function principalAcross(
  context: AcrossNeeds,
  call: Call,
  asked: { readonly identity: Principal; readonly clientId: string; readonly tenantId: string },
): Promise<Principal | undefined> {
  const { identity, clientId, tenantId } = asked
  const { index } = context.identity
  const indexed = identity.tenant === undefined ? undefined : index.application(identity.tenant, clientId)
  // Read as records too: who keeps the answer knows what it hangs on.
  const application = indexed && (await context.applications.get(call, indexed.compartment, indexed.path))
  const known = index.servicePrincipalOfApp(tenantId, clientId)
  const principal = known && (await context.servicePrincipals.get(call, known.compartment, known.path))
  if (application === undefined || principal?.value.enabled !== true) return undefined
  const trusted = isKnownIn(application.value, tenantId) ? trustOf(application.value, identity, context.instance.domain) : undefined
  if (trusted === undefined) return undefined
  return {
    id: principal.value.id,
    kind: 'application',
    tenant: tenantId,
    appId: clientId,
    credentialId: grantOf(trusted),
    authMethod: 'federated',
  }
}

const isKnownIn = ({ tenantId: home, multiTenant }: Application, tenantId: string): boolean => home === tenantId || multiTenant === true

const trustOf = ({ federatedCredentials = [] }: Application, identity: Principal, domain: string): FederatedCredential | undefined =>
  federatedCredentials.find(one => vouches(one, identity, domain))

const vouches = ({ issuer, subject, audiences }: FederatedCredential, identity: Principal, domain: string): boolean =>
  subject === identity.id && audiences.includes(exchangeAudience) && tenantOfIssuer(issuer, domain) === identity.tenant

/** The tenant whose issuer this is, of our own token service: at any of its ports, as version 1 or 2 spells it. */
function tenantOfIssuer(issuer: string, domain: string): string | undefined {
  const [, host, tenant] = /^https:\/\/([^/:]+)(?::\d{1,5})?\/([0-9a-f-]{36})\/(?:v2\.0)?$/.exec(issuer) ?? []
  return host === `login.${domain}` ? tenant : undefined
}
