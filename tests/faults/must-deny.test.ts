// Of roles, credentials, principals, groups and people, on the wire of a vault.
import assert from 'node:assert/strict'
import { azureCli } from '#domain/identity/azure-cli.ts'
import { issueToken } from '#domain/identity/issue-token.ts'
import { tenantId, type Made } from '#domain/identity/testing.ts'
import { scopesAt, userScopesOf } from '#domain/sign-in/scopes.ts'
import { userTokens } from '#domain/sign-in/user-tokens.ts'
import { system } from '#model/principal.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, textIn } from '#protocols/http/testing.ts'
import { keyVaultProtocol } from '#protocols/keyvault/index.ts'
import { domain, house, subscriptionId, vault, vaultId, type House } from '#tests/wire/house.ts'
import { denies, type Granted } from './denying.ts'

const cryptoUser = '12338af0-0e69-4776-bea7-57ae8d297424'
const resource = `https://vault.${domain}`
const login = `https://login.${domain}`

/** Who may read the key with this token, and how that ends. */
function reader(token: string, revoke: () => Promise<unknown>): Granted {
  const url = `https://${vault}.vault.${domain}/keys/made?api-version=7.4`
  return { revoke, use: async node => ask(node, { url, headers: { authorization: `Bearer ${token}` } }) }
}

interface Hands {
  readonly house: House
  readonly arm: (method: string, path: string, body?: unknown) => Promise<Readonly<Record<string, unknown>>>
  readonly graph: (method: string, path: string, body?: unknown) => Promise<Readonly<Record<string, unknown>>>
}

const handsOf = (house: House): Hands => {
  const by = (name: string) => async (method: string, path: string, body?: unknown) => {
    const answered = await house.send(house.wire(name), 'administrator', { method, path, ...(body !== undefined && { body }) })
    assert(answered.status < 300, `${method} ${path}: ${answered.status} ${answered.text}`)
    return answered.json
  }
  return { house, arm: by('arm'), graph: by('graph') }
}

async function tokenOf({ house: { ground } }: Hands, { appId, secretText }: Made): Promise<string> {
  const { accessToken } = await ground.run(system, async call =>
    issueToken(ground.context, call, {
      tenant: tenantId,
      grantType: 'client_credentials',
      clientId: appId,
      credential: { secret: secretText },
      asked: { scope: `${resource}/.default` },
      capable: false,
      login,
      reached: { domain, portSuffix: '' },
    }),
  )
  return accessToken
}

async function assign({ arm }: Hands, principalId: string): Promise<string> {
  const path = `${vaultId}/providers/Microsoft.Authorization/roleAssignments/${crypto.randomUUID()}`
  const roleDefinitionId = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${cryptoUser}`
  await arm('PUT', path, { properties: { roleDefinitionId, principalId } })
  return path
}

const groupOf = async ({ graph }: Hands): Promise<string> =>
  textIn((await graph('POST', '/v1.0/groups', { displayName: 'g', mailNickname: 'g', mailEnabled: false, securityEnabled: true }))['id'])
const join = async ({ graph }: Hands, group: string, member: string) =>
  graph('POST', `/v1.0/groups/${group}/members/$ref`, { '@odata.id': `https://graph.${domain}/v1.0/directoryObjects/${member}` })

/** An application with the role itself, and something that takes it away. */
const itself =
  (take: (hands: Hands, at: { readonly made: Made; readonly assignment: string }) => Promise<unknown>) =>
  async (hands: Hands): Promise<Granted> => {
    const made = await hands.house.ground.add('granted')
    const assignment = await assign(hands, made.oid)
    return reader(await tokenOf(hands, made), async () => take(hands, { made, assignment }))
  }

async function throughGroups(
  hands: Hands,
  take: (groups: readonly [outer: string, inner: string], member: string) => Promise<unknown>,
): Promise<Granted> {
  const made = await hands.house.ground.add('granted')
  const [outer, inner] = [await groupOf(hands), await groupOf(hands)]
  await assign(hands, outer)
  await join(hands, outer, inner)
  await join(hands, inner, made.oid)
  return reader(await tokenOf(hands, made), async () => take([outer, inner], made.oid))
}

async function user(hands: Hands): Promise<Granted> {
  const { ground } = hands.house
  const name = `u${crypto.randomUUID()}`
  const passwordProfile = { password: 'correct horse battery staple 7' }
  const userPrincipalName = `${name}@contoso.keystead.test`
  const made = await hands.graph('POST', '/v1.0/users', {
    accountEnabled: true,
    displayName: name,
    mailNickname: name,
    userPrincipalName,
    passwordProfile,
  })
  const id = textIn(made['id'])
  await assign(hands, id)
  const { index } = ground.context.identity
  const application = index.application(tenantId, azureCli.appId)?.value ?? assert.fail('az’s client is not there')
  const held = index.user(tenantId, id)?.value ?? assert.fail('the user is not there')
  const { accessToken } = await ground.run(system, async call =>
    userTokens(ground.context, call, {
      user: held,
      client: { application, proof: '0' },
      scopes: userScopesOf({ resource }, scopesAt(ground.context, { domain, portSuffix: '' }, tenantId)),
      grantId: crypto.randomUUID(),
      authTime: call.at,
      capable: false,
      version: 'v2',
      login,
    }),
  )
  return reader(accessToken, async () => hands.graph('PATCH', `/v1.0/users/${id}`, { accountEnabled: false }))
}

const removals: Readonly<Record<string, (hands: Hands) => Promise<Granted>>> = {
  'a role': itself(async ({ arm }, { assignment }) => arm('DELETE', assignment)),
  'a credential': itself(async ({ graph }, { made }) =>
    graph('POST', `/v1.0/applications/${made.application.value.id}/removePassword`, { keyId: made.keyId }),
  ),
  'an enabled principal': itself(async ({ graph }, { made }) =>
    graph('PATCH', `/v1.0/servicePrincipals/${made.oid}`, { accountEnabled: false }),
  ),
  'an application': itself(async ({ graph }, { made }) => graph('DELETE', `/v1.0/applications/${made.application.value.id}`)),
  'a membership': async hands =>
    throughGroups(hands, async ([, inner], member) => hands.graph('DELETE', `/v1.0/groups/${inner}/members/${member}/$ref`)),
  'a group’s membership': async hands =>
    throughGroups(hands, async ([outer, inner]) => hands.graph('DELETE', `/v1.0/groups/${outer}/members/${inner}/$ref`)),
  'a group': async hands => throughGroups(hands, async ([outer]) => hands.graph('DELETE', `/v1.0/groups/${outer}`)),
  'an enabled user': user,
}

async function begin(): Promise<Hands> {
  const made = await house()
  const body = { kty: 'EC', crv: 'P-256' }
  await made.send(made.wire('keyvault'), 'administrator', { method: 'POST', path: '/keys/made/create', body })
  return handsOf(made)
}

denies({
  title: 'after an acknowledged removal',
  begin,
  ground: hands => hands.house.ground,
  pipeline: context => createPipeline(context, keyVaultProtocol(domain)),
  removals,
  denied: [401, 403],
})
