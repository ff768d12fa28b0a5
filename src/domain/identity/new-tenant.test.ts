import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createGroup } from '#domain/groups/groups.ts'
import { groupNamed, memberNamed } from '#domain/groups/named-object.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { operator, system } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { issueToken } from './issue-token.ts'
import { bringUpTenant } from './new-tenant.ts'
import { identityGround, tenantId } from './testing.ts'
import { verifyToken } from './verify-token.ts'

const ground = await identityGround()
const { context } = ground
const code = (wanted: string) => (error: unknown) => error instanceof Problem && error.body.code === wanted
const bringUp = async (displayName: string, domain?: string) =>
  ground.run(operator, async call =>
    bringUpTenant(context, call, {
      permit: context.access.permit(call, 'instance.operate', { on: rootScope }),
      displayName,
      domain,
      secretEndsAt: call.at + 86_400_000,
    }),
  )

describe('another tenant', () => {
  test('has an administrator who signs in there, owns its subscription, and is nobody elsewhere', async () => {
    const made = await bringUp('Fabrikam', 'fabrikam.example')
    const { clientId, clientSecret, objectId } = made.administrator
    const sign = async (tenant: string) =>
      ground.run(system, async call =>
        issueToken(context, call, {
          tenant,
          grantType: 'client_credentials',
          clientId,
          credential: { secret: clientSecret },
          asked: { scope: 'https://management.keystead.test/.default' },
          capable: false,
          login: 'https://login.keystead.test',
          reached: { domain: 'keystead.test', portSuffix: '' },
        }),
      )
    const { accessToken } = await sign('fabrikam.example')
    const present = async (only?: string) =>
      ground.run(system, async call =>
        verifyToken(context, call, {
          token: accessToken,
          audiences: ['https://management.keystead.test'],
          login: 'https://login.keystead.test',
          resourceName: 'management',
          ...(only !== undefined && { tenantId: only }),
        }),
      )
    assert.deepEqual([(await present()).id, (await present()).tenant], [objectId, made.tenantId])
    // What a vault of the first tenant does with it.
    await assert.rejects(present(tenantId), code('TokenIssuerInvalid'))
    await assert.rejects(sign(tenantId), code('OAuthRefused'))
    const subscription = context.subscriptions.peek().find(({ value }) => value.subscriptionId === made.subscriptionId)
    assert.equal(subscription?.value.tenantId, made.tenantId)
    assert.equal(context.identity.index.rightOf({ kind: 'application', tenant: tenantId, appId: clientId }), undefined)
  })

  test('has a domain of its own: one that is taken is refused, and leaves nothing', async () => {
    const before = context.identity.index.tenants().length
    await assert.rejects(bringUp('Thief', 'FABRIKAM.example'), code('InvalidBody'))
    assert.equal(context.identity.index.tenants().length, before)
    const { tenantId: id, domain } = await bringUp('Unnamed')
    assert.equal(domain, `${id.slice(0, 8)}.keystead.test`)
  })

  test('is for the operator alone', async () => {
    const made = await ground.add('ambitious', 'write')
    const who = { id: made.oid, kind: 'application', tenant: tenantId, appId: made.appId } as const
    await assert.rejects(
      ground.run(who, async call => context.access.permit(call, 'instance.operate', { on: rootScope })),
      code('AccessDenied'),
    )
  })
})

test('what is named is found by id, by name in any case, and never one of several', async () => {
  const group = async (displayName: string) =>
    ground.run(operator, async call => {
      const permit = context.access.permit(call, 'directory.write', { on: rootScope })
      return createGroup(context, call, { permit, tenantId, group: { displayName, mailNickname: 'g' } }).value.id
    })
  const [one, app] = [await group('Openers'), await ground.add('Robot')]
  await group('twin')
  await group('Twin')
  const named = async (name: string) => ground.run(operator, async call => groupNamed(context, call, { tenantId, name }).value.id)
  const member = async (name: string) => ground.run(operator, async call => memberNamed(context, call, { tenantId, name }))
  assert.deepEqual([await named('openers'), await named(one), await member('OPENERS')], [one, one, one])
  assert.deepEqual([await member('robot'), await member(app.appId), await member(app.oid)], [app.oid, app.oid, app.oid])
  await assert.rejects(named('TWIN'), code('Conflict'))
  await assert.rejects(named('robot'), code('DirectoryObjectNotFound'))
  await assert.rejects(member('nobody'), code('DirectoryObjectNotFound'))
})
