import type { Needs } from '#domain/context.ts'
import { appIdOf, resourceOf, type Reached, type ResourceName } from '#domain/identity/audiences.ts'
import type { Application } from '#domain/identity/records.ts'
import { missing, refused } from '#domain/identity/refusals.ts'

/** v2 asks by `scope`, v1 by `resource`; one of them counts. */
export type Asked = { readonly scope: string | undefined } | { readonly resource: string | undefined }

/** What is asked for on behalf of a user: one resource, and what OpenID Connect gives besides. */
export interface UserScopes {
  readonly resource: Resource
  /** `aud` of the access token: as it was asked for. */
  readonly audience: string
  /** What was asked for by name; `.default` stands for what is given without saying. */
  readonly names: readonly string[]
  /** `scp` of the access token. */
  readonly granted: string
  /** `scope` of the answer: what MSAL finds the token again by. */
  readonly told: string
  /** An id token is wanted. */
  readonly openid: boolean
  /** A refresh token is wanted. */
  readonly offline: boolean
}

/** What tokens are for: a service of the instance, or an application that lets itself be asked. */
export interface Resource {
  /** Client id. */
  readonly appId: string
  /** Whom users are told apart for: no two resources know that they speak of the same one. */
  readonly sector: string
  readonly scopes: readonly string[]
  /** What `.default` stands for. */
  readonly all: readonly string[]
  /** It is shown tokens of version 2. */
  readonly version2: boolean
}

/** Where scopes are read: the instance as it was reached, and the applications of a tenant; without a tenant, of any. */
export interface ScopesAt extends Reached {
  resource(audience: string): Resource | undefined
}

export function scopesAt({ identity }: Needs<'identity'>, reached: Reached, tenantId: string | undefined): ScopesAt {
  return {
    ...reached,
    resource(audience) {
      const service = resourceOf(audience, reached)
      if (service !== undefined) return ofService(service)
      const application = identity.index.api(tenantId, audience)
      return application && ofApplication(application, tenantId === undefined || isThere(identity, tenantId, application))
    },
  }
}

const isThere = ({ index }: Needs<'identity'>['identity'], tenantId: string, { appId }: Application): boolean =>
  index.servicePrincipalOfApp(tenantId, appId)?.value.enabled === true

const ofService = (service: ResourceName): Resource => ({
  appId: appIdOf(service),
  sector: service,
  scopes: delegated[service],
  all: service === 'graph' ? ['Directory.Read.All', 'User.Read'] : delegated[service],
  version2: false,
})

function ofApplication({ appId, api }: Application, isThere: boolean): Resource {
  if (!isThere) throw refused('disabledResource', `The service principal for resource '${appId}' is disabled or not in the tenant.`)
  const scopes = (api?.scopes ?? []).filter(({ enabled }) => enabled).map(({ value }) => value)
  return { appId, sector: appId, scopes, all: scopes, version2: api?.tokenVersion === 2 }
}

const ofOpenId = new Set(['openid', 'profile', 'email', 'offline_access'])
const isOfOpenId = (scope: string): boolean => ofOpenId.has(scope.toLowerCase())

/** What a user may let a client do, by resource; all of it is granted beforehand. Rights remain the user's own. */
const delegated: Readonly<Record<ResourceName, readonly string[]>> = {
  arm: ['user_impersonation'],
  keyvault: ['user_impersonation'],
  managedhsm: ['user_impersonation'],
  storage: ['user_impersonation'],
  exchange: [],
  graph: [
    'User.Read',
    'Directory.Read.All',
    'User.ReadBasic.All',
    'User.Read.All',
    'Group.Read.All',
    'Application.Read.All',
    'Directory.AccessAsUser.All',
  ],
}
/** Raises `OAuthRefused` for nothing, for what no resource here gives, and for several resources at once. */
export function userScopesOf(asked: Asked, at: ScopesAt): UserScopes {
  if ('resource' in asked) return ofResource(asked.resource ?? '', at)
  const scopes = (asked.scope ?? '').split(' ').filter(scope => scope !== '')
  if (scopes.length === 0) throw missing('scope')
  const openId = scopes.filter(isOfOpenId).map(scope => scope.toLowerCase())
  const named = scopes.filter(scope => !isOfOpenId(scope)).map(scope => namedScope(scope, at))
  const flags = { openid: openId.includes('openid'), offline: openId.includes('offline_access') }
  const [first, ...others] = named
  if (first === undefined) return { ...ofGraph(openId, at), ...flags }
  if (others.some(other => other.resource.appId !== first.resource.appId))
    throw refused(
      'severalResources',
      'Provided value for the input parameter scope is not valid because it contains more than one resource.',
    )
  const { resource, audience } = first
  return {
    ...flags,
    resource,
    audience,
    ...given(
      { resource, audience },
      named.map(({ name }) => name),
    ),
  }
}

/** `.default` is spelt beside what it stands for: MSAL finds the token again by what it asked for. */
function given(
  { resource, audience }: Pick<UserScopes, 'resource' | 'audience'>,
  names: readonly string[],
): Pick<UserScopes, 'names' | 'granted' | 'told'> {
  const granted = [...new Set(names.flatMap(name => (name === '.default' ? resource.all : name)))]
  if (granted.length === 0)
    throw refused('unconsented', `The application '${resource.appId}' lets nobody act for its users: it has no scope that is enabled.`)
  const spelt = names.includes('.default') ? [...granted, '.default'] : granted
  return { names, granted: granted.join(' '), told: spelt.map(name => `${audience}/${name}`).join(' ') }
}

/** The same under consent: by `.default` all that there is consent to, else what was asked for, if there is to all of it. Raises `OAuthRefused`. */
export function underConsent(scopes: UserScopes, consented: readonly string[], unconsented: () => never): UserScopes {
  const known = new Set(consented.map(name => name.toLowerCase()))
  const there = scopes.resource.scopes.filter(name => known.has(name.toLowerCase()))
  // OpenID's own scopes are Graph's, and say who the user is.
  const asked = scopes.names.length === 0 ? ['User.Read'] : scopes.names
  const named = asked.filter(name => name !== '.default')
  if (there.length === 0 || named.some(name => !there.includes(name))) unconsented()
  if (scopes.names.length === 0) return scopes
  const now = given({ ...scopes, resource: { ...scopes.resource, all: there } }, scopes.names)
  // v1 tells scopes without their resource.
  return { ...scopes, ...now, ...(scopes.told === scopes.granted && { told: now.granted }) }
}

/** v1 knows no scopes: everything, an id token and a refresh token. */
function ofResource(audience: string, at: ScopesAt): UserScopes {
  if (audience === '') throw missing('resource')
  const resource = at.resource(audience) ?? unknownResource(audience)
  const { granted } = given({ resource, audience }, ['.default'])
  return { resource, audience, names: ['.default'], granted, told: granted, openid: true, offline: true }
}

/** Who asks for OpenID's own scopes alone may ask Graph who the user is. */
function ofGraph(openId: readonly string[], { domain, portSuffix }: Reached): Omit<UserScopes, 'openid' | 'offline'> {
  const told = openId.filter(scope => scope !== 'offline_access').join(' ')
  const audience = `https://graph.${domain}${portSuffix}`
  return { resource: ofService('graph'), audience, names: [], granted: `${told} User.Read`.trim(), told }
}

interface NamedScope {
  readonly resource: Resource
  readonly audience: string
  readonly name: string
}

/** `{resource}/{name}`: one slash is taken off, and what remains is the audience. A name alone is Graph's. */
function namedScope(scope: string, at: ScopesAt): NamedScope {
  const slash = scope.lastIndexOf('/')
  const audience = slash < 0 ? `https://graph.${at.domain}${at.portSuffix}` : scope.slice(0, slash)
  const name = scope.slice(slash + 1)
  const resource = at.resource(audience) ?? unknownResource(audience)
  const known = name === '.default' ? name : resource.scopes.find(one => one.toLowerCase() === name.toLowerCase())
  if (known === undefined)
    throw refused(
      'scopeUnknown',
      `The application asked for scope '${name.slice(0, 128)}' that doesn't exist on the resource '${audience.slice(0, 128)}'.`,
    )
  return { resource, audience, name: known }
}

function unknownResource(audience: string): never {
  throw refused(
    'unknownResource',
    `The resource principal named ${audience.slice(0, 256)} was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
  )
}
