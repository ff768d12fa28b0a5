import { resourceOf, type Reached, type ResourceName } from '#domain/identity/audiences.ts'
import { missing, refused } from '#domain/identity/refusals.ts'

/** v2 asks by `scope`, v1 by `resource`; one of them counts. */
export type Asked = { readonly scope: string | undefined } | { readonly resource: string | undefined }

/** What is asked for on behalf of a user: one resource, and what OpenID Connect gives besides. */
export interface UserScopes {
  readonly resource: ResourceName
  /** `aud` of the access token: as it was asked for. */
  readonly audience: string
  /** `scp` of the access token. */
  readonly granted: string
  /** `scope` of the answer: what MSAL finds the token again by. */
  readonly told: string
  /** An id token is wanted. */
  readonly openid: boolean
  /** A refresh token is wanted. */
  readonly offline: boolean
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
/** What `/.default` stands for. */
const granted = (resource: ResourceName): string => (resource === 'graph' ? 'Directory.Read.All User.Read' : 'user_impersonation')

/** Raises `OAuthRefused` for nothing, for what no resource here gives, and for several resources at once. */
export function userScopesOf(asked: Asked, at: Reached): UserScopes {
  if ('resource' in asked) return ofResource(asked.resource ?? '', at)
  const scopes = (asked.scope ?? '').split(' ').filter(scope => scope !== '')
  if (scopes.length === 0) throw missing('scope')
  const openId = scopes.filter(isOfOpenId).map(scope => scope.toLowerCase())
  const named = scopes.filter(scope => !isOfOpenId(scope)).map(scope => namedScope(scope, at))
  const flags = { openid: openId.includes('openid'), offline: openId.includes('offline_access') }
  const [first, ...others] = named
  if (first === undefined) return { ...ofGraph(openId, at), ...flags }
  if (others.some(other => other.resource !== first.resource))
    throw refused(
      'severalResources',
      'Provided value for the input parameter scope is not valid because it contains more than one resource.',
    )
  const names = named.map(({ name }) => (name === '.default' ? granted(first.resource) : name))
  const spelt = named.some(({ name }) => name === '.default') ? [...namesOf(names), '.default'] : namesOf(names)
  return {
    ...flags,
    resource: first.resource,
    audience: first.audience,
    granted: namesOf(names).join(' '),
    told: spelt.map(name => `${first.audience}/${name}`).join(' '),
  }
}

const namesOf = (names: readonly string[]): readonly string[] => [...new Set(names.flatMap(name => name.split(' ')))]

/** v1 knows no scopes: everything, an id token and a refresh token. */
function ofResource(audience: string, at: Reached): UserScopes {
  if (audience === '') throw missing('resource')
  const resource = resourceOf(audience, at) ?? unknownResource(audience)
  return { resource, audience, granted: granted(resource), told: granted(resource), openid: true, offline: true }
}

/** Who asks for OpenID's own scopes alone may ask Graph who the user is. */
function ofGraph(openId: readonly string[], { domain, portSuffix }: Reached): Omit<UserScopes, 'openid' | 'offline'> {
  const names = openId.filter(scope => scope !== 'offline_access').join(' ')
  return { resource: 'graph', audience: `https://graph.${domain}${portSuffix}`, granted: `${names} User.Read`.trim(), told: names }
}

interface NamedScope {
  readonly resource: ResourceName
  readonly audience: string
  readonly name: string
}

/** `{resource}/{name}`: one slash is taken off, and what remains is the audience. A name alone is Graph's. */
function namedScope(scope: string, at: Reached): NamedScope {
  const slash = scope.lastIndexOf('/')
  const audience = slash < 0 ? `https://graph.${at.domain}${at.portSuffix}` : scope.slice(0, slash)
  const name = scope.slice(slash + 1)
  const resource = resourceOf(audience, at) ?? unknownResource(audience)
  const known = name === '.default' ? name : delegated[resource].find(one => one.toLowerCase() === name.toLowerCase())
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
