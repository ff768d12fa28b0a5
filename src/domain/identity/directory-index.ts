import type { Principal } from '#model/principal.ts'
import type { Held } from '#domain/records/family.ts'
import type { Records } from '#domain/records/records.ts'
import { azureCli } from './azure-cli.ts'
import type { Application, RevokedGrant, ServicePrincipal, SigningKey, Tenant, User } from './records.ts'

/** What is in force, by the names that sign-in and tokens use. All of it is rulings, so what is read here need not be noted in a call. */
export interface DirectoryIndex {
  tenant(tenantId: string): Held<Tenant> | undefined
  /** By a verified domain, in any case. */
  tenantOfDomain(domain: string): Held<Tenant> | undefined
  tenants(): readonly Held<Tenant>[]
  /** Client id within its tenant. */
  application(tenantId: string, appId: string): Held<Application, readonly [id: string]> | undefined
  /** What a tenant's principal stands for: its own application, or another tenant's that lets others use it. */
  applicationFor(tenantId: string, appId: string): Held<Application, readonly [id: string]> | undefined
  /** Whatever has this identifier URI, in any tenant and any case. */
  applicationsNamed(identifierUri: string): readonly Application[]
  /** An application that tokens are asked for, by client id or identifier URI: the tenant's own, or another's that has a principal in it. Without a tenant: of any. */
  api(tenantId: string | undefined, name: string): Application | undefined
  /** Tenants that have an application of this client id: several for az's public client alone. */
  homesOf(appId: string): readonly string[]
  /** By its object id. */
  applicationOf(tenantId: string, id: string): Held<Application, readonly [id: string]> | undefined
  servicePrincipal(tenantId: string, oid: string): Held<ServicePrincipal, readonly [id: string]> | undefined
  servicePrincipalOfApp(tenantId: string, appId: string): Held<ServicePrincipal, readonly [id: string]> | undefined
  user(tenantId: string, oid: string): Held<User, readonly [id: string]> | undefined
  /** By its principal name, in any case. */
  userOfName(tenantId: string, userPrincipalName: string): Held<User, readonly [id: string]> | undefined
  /** What one sign-in gave to one client was taken back. */
  isRevoked(tenantId: string, grantId: string): boolean
  signingKeys(tenantId: string): readonly Held<SigningKey, readonly [id: string]>[]
  signingKey(tenantId: string, kid: string): Held<SigningKey, readonly [id: string]> | undefined
  /** What a principal may do with its own tenant's directory. */
  rightOf(principal: Pick<Principal, 'kind' | 'tenant' | 'appId'>): 'read' | 'write' | undefined
}

export interface IdentityRecords {
  readonly tenants: Records<Tenant, readonly [tenantId: string]>
  readonly applications: Records<Application, readonly [id: string]>
  readonly servicePrincipals: Records<ServicePrincipal, readonly [id: string]>
  readonly signingKeys: Records<SigningKey, readonly [id: string]>
  readonly users: Records<User, readonly [id: string]>
  readonly revokedGrants: Records<RevokedGrant, readonly [grantId: string]>
}

/** Follows the families' observers: call it before the view is loaded. */
export function indexDirectory(records: IdentityRecords): DirectoryIndex {
  const tenants = indexBy(records.tenants, value => [value.tenantId])
  const byDomain = indexBy(records.tenants, value => value.domains.map(domain => domain.toLowerCase()))
  const applications = indexBy(records.applications, value => [within(value.tenantId, value.appId)])
  const homes = indexBy(records.applications, value => [value.appId])
  const applicationsById = indexBy(records.applications, value => [within(value.tenantId, value.id)])
  const byUri = indexBy(records.applications, value => value.identifierUris.map(uri => uri.toLowerCase()))
  const principals = indexBy(records.servicePrincipals, value => [within(value.tenantId, value.id)])
  const byApp = indexBy(records.servicePrincipals, value => [within(value.tenantId, value.appId)])
  const users = indexBy(records.users, value => [within(value.tenantId, value.id)])
  const byName = indexBy(records.users, value => [within(value.tenantId, value.userPrincipalName.toLowerCase())])
  const revoked = indexBy(records.revokedGrants, value => [within(value.tenantId, value.grantId)])
  const keys = indexBy(records.signingKeys, value => [value.tenantId])
  const byKid = indexBy(records.signingKeys, value => [within(value.tenantId, value.kid)])
  const first = <T, P extends readonly string[]>(index: Index<T, P>, key: string): Held<T, P> | undefined => index.get(key)?.[0]
  return {
    tenant: tenantId => first(tenants, tenantId),
    tenantOfDomain: domain => first(byDomain, domain.toLowerCase()),
    tenants: () => [...tenants.values()].flat(),
    application: (tenantId, appId) => first(applications, within(tenantId, appId)),
    applicationFor: (tenantId, appId) =>
      first(applications, within(tenantId, appId)) ?? homes.get(appId)?.find(({ value }) => value.multiTenant === true),
    applicationsNamed: uri => (byUri.get(uri.toLowerCase()) ?? []).map(held => held.value),
    api(tenantId, name) {
      const named = [...(homes.get(name.toLowerCase()) ?? []), ...(byUri.get(name.toLowerCase()) ?? [])].map(held => held.value)
      const known = named.filter(({ appId }) => appId !== azureCli.appId)
      if (tenantId === undefined) return known[0]
      return (
        known.find(one => one.tenantId === tenantId) ??
        known.find(({ multiTenant, appId }) => multiTenant === true && byApp.has(within(tenantId, appId)))
      )
    },
    homesOf: appId => (homes.get(appId) ?? []).map(held => held.value.tenantId),
    applicationOf: (tenantId, id) => first(applicationsById, within(tenantId, id)),
    servicePrincipal: (tenantId, oid) => first(principals, within(tenantId, oid)),
    servicePrincipalOfApp: (tenantId, appId) => first(byApp, within(tenantId, appId)),
    user: (tenantId, oid) => first(users, within(tenantId, oid)),
    userOfName: (tenantId, name) => first(byName, within(tenantId, name.toLowerCase())),
    isRevoked: (tenantId, grantId) => revoked.has(within(tenantId, grantId)),
    signingKeys: tenantId => keys.get(tenantId) ?? [],
    signingKey: (tenantId, kid) => first(byKid, within(tenantId, kid)),
    rightOf({ kind, tenant, appId }) {
      if (tenant === undefined || appId === undefined) return undefined
      // The right of an application is its own, not of whoever signs in through it; az's client reads for its user, as every member may.
      if (kind === 'user') return appId === azureCli.appId ? 'read' : undefined
      return first(applications, within(tenant, appId))?.value.directoryRight
    },
  }
}

type Index<T, Path extends readonly string[]> = ReadonlyMap<string, readonly Held<T, Path>[]>

const within = (tenantId: string, name: string): string => `${tenantId}/${name}`

function indexBy<T, Path extends readonly string[]>(records: Records<T, Path>, keysOf: (value: T) => readonly string[]): Index<T, Path> {
  const index = new Map<string, readonly Held<T, Path>[]>()
  records.observe((before, after) => {
    for (const key of before === undefined ? [] : keysOf(before.value)) {
      const left = (index.get(key) ?? []).filter(held => held.id !== before?.id)
      if (left.length > 0) index.set(key, left)
      else index.delete(key)
    }
    for (const key of after === undefined ? [] : keysOf(after.value)) {
      if (after !== undefined) index.set(key, [...(index.get(key) ?? []), after])
    }
  })
  return index
}
