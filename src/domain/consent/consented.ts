import type { Needs } from '#domain/context.ts'
import type { ExposedApi } from '#domain/identity/exposed-api.ts'

export interface ConsentAsked {
  readonly tenantId: string
  /** Client ids. */
  readonly clientId: string
  readonly resourceAppId: string
  readonly userId: string
}

/** The scopes that a client may use at a resource for a user without asking anybody: those consented to, and those that the resource lets this client have. */
export function consentedScopes({ identity }: Needs<'identity'>, asked: ConsentAsked): readonly string[] {
  const { index, consent } = identity
  const { tenantId, clientId, resourceAppId, userId } = asked
  const client = index.servicePrincipalOfApp(tenantId, clientId)?.value.id
  const resource = index.servicePrincipalOfApp(tenantId, resourceAppId)?.value.id
  if (client === undefined || resource === undefined) return []
  const granted = consent.scopes({ clientId: client, resourceId: resource, userId })
  return [...granted, ...preAuthorized(index.applicationFor(tenantId, resourceAppId)?.value.api, clientId)]
}

function preAuthorized(api: ExposedApi | undefined, clientId: string): readonly string[] {
  const ids = api?.preAuthorized.find(({ appId }) => appId === clientId)?.scopeIds ?? []
  return (api?.scopes ?? []).filter(({ id }) => ids.includes(id)).map(({ value }) => value)
}
