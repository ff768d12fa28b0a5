import { Problem } from '#model/problem.ts'
import { resourceOf } from './audiences.ts'
import type { ExposedApi } from './exposed-api.ts'
import type { Application } from './records.ts'

const refuse = (message: string): never => {
  throw new Problem({ code: 'InvalidBody', details: { message } })
}

/** What has an id, a value and a switch: scopes and roles alike. */
interface Entitlement {
  readonly id: string
  readonly value?: string | undefined
  readonly enabled: boolean
}

/** Ids and values are each one's own; what is enabled is changed and removed only once it is switched off. Raises `InvalidBody`, `EntitlementEnabled`. */
export function checkEntitlements(before: readonly Entitlement[], after: readonly Entitlement[]): void {
  const ids = after.map(({ id }) => id.toLowerCase())
  const values = after.flatMap(({ value }) => value ?? [])
  if (new Set(ids).size < ids.length) refuse('The id of a permission is given twice.')
  if (new Set(values).size < values.length) refuse('It contains duplicate value. Please provide unique value.')
  for (const was of before.filter(({ enabled }) => enabled)) {
    const now = after.find(({ id }) => id === was.id)
    if (now === undefined || now.value !== was.value) throw new Problem({ code: 'EntitlementEnabled' })
  }
}

/** Raises `InvalidBody` where a client is let in to a scope that is none. */
export function checkPreAuthorized({ scopes, preAuthorized }: ExposedApi): void {
  const known = new Set(scopes.map(({ id }) => id))
  if (preAuthorized.some(({ scopeIds }) => scopeIds.some(id => !known.has(id))))
    refuse("Property 'delegatedPermissionIds' names a permission that the application does not have.")
}

/** A name by which tokens are asked for is one application's in its tenant, and none of the services'. Raises `InvalidBody`. */
export function checkIdentifierUris(
  uris: readonly string[],
  at: { readonly application: Application; readonly domain: string; readonly others: (uri: string) => readonly Application[] },
): void {
  for (const uri of uris) {
    if (resourceOf(uri, at) !== undefined) refuse(`The identifier URI '${uri}' is a service's of this instance.`)
    if (at.others(uri).some(({ id, tenantId }) => id !== at.application.id && tenantId === at.application.tenantId))
      refuse('Another object with the same value for property identifierUris already exists.')
  }
}

/** A URL that an application is called by, from now on, is of its tenant's domains; one with tokens of version 2 is free. Raises `DomainNotVerified`. */
export function checkDomains(
  added: readonly string[],
  { domains, tokenVersion }: { readonly domains: readonly string[]; readonly tokenVersion: number | undefined },
): void {
  if (tokenVersion === 2) return
  for (const uri of added) {
    if (!/^https?:\/\//i.test(uri)) continue
    const host = URL.canParse(uri) ? new URL(uri).hostname : ''
    if (!domains.some(domain => host === domain || host.endsWith(`.${domain}`)))
      throw new Problem({ code: 'DomainNotVerified', details: { name: uri.slice(0, 255) } })
  }
}
