import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { rootScope } from '#domain/resources/scopes.ts'
import { operator, system } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { changeApplication } from './change-application.ts'
import { createPrincipal } from './change-principal.ts'
import { issueToken } from './issue-token.ts'
import { bringUpTenant } from './new-tenant.ts'
import { identityGround, tenantId as home, type Made } from './testing.ts'
import { verifyToken } from './verify-token.ts'

const graph = 'https://graph.keystead.test'

async function twoTenants() {
  const ground = await identityGround()
  const { context } = ground
  const { tenantId: other } = await ground.run(operator, async call =>
    bringUpTenant(context, call, {
      permit: context.access.permit(call, 'instance.operate', { on: rootScope }),
      displayName: 'Other',
      secretEndsAt: call.at + 86_400_000,
    }),
  )
  const share = async ({ application }: Made, multiTenant: boolean) =>
    ground.run(operator, async call => {
      const held = (await context.applications.get(call, application.compartment, application.path)) ?? application
      return changeApplication(context, call, {
        permit: context.access.permit(call, 'directory.write', { on: rootScope }),
        application: held,
        change: { multiTenant },
      })
    })
  const letIn = async ({ appId }: Made) =>
    ground.run(operator, async call =>
      createPrincipal(context, call, { permit: context.access.permit(call, 'directory.write', { on: rootScope }), tenantId: other, appId }),
    )
  const sign = async ({ appId, secretText }: Made, tenant: string) =>
    ground.run(system, async call =>
      issueToken(context, call, {
        tenant,
        grantType: 'client_credentials',
        clientId: appId,
        credential: { secret: secretText },
        asked: { scope: `${graph}/.default` },
        capable: false,
        login: 'https://login.keystead.test',
        reached: { domain: 'keystead.test', portSuffix: '' },
      }),
    )
  const present = async (token: string) =>
    ground.run(system, async call =>
      verifyToken(context, call, { token, audiences: [graph], login: 'https://login.keystead.test', resourceName: graph }),
    )
  return { ground, other, share, letIn, sign, present }
}

const code = (wanted: string) => (error: unknown) => error instanceof Problem && error.body.code === wanted

describe('an application in another tenant', () => {
  test('is nobody there until its own lets others use it and the other lets it in', async () => {
    const { ground, other, share, letIn, sign } = await twoTenants()
    const made = await ground.add('shared')
    await assert.rejects(letIn(made), code('InvalidBody'))
    await share(made, true)
    await assert.rejects(sign(made, other), code('OAuthRefused'))
    const { value } = await letIn(made)
    assert.deepEqual([value.tenantId, value.homeTenantId, value.displayName], [other, home, 'shared'])
    assert.ok((await sign(made, other)).accessToken)
  })

  test('is another principal there, with none of the rights that it has at home', async () => {
    const { ground, other, share, letIn, sign, present } = await twoTenants()
    const made = await ground.add('privileged', 'write')
    await share(made, true)
    const { value } = await letIn(made)
    const { accessToken } = await sign(made, other)
    const who = await present(accessToken)
    assert.deepEqual([who.id, who.tenant, who.appId], [value.id, other, made.appId])
    assert.equal(ground.context.identity.index.rightOf(who), undefined)
    assert.ok(
      !Buffer.from(accessToken.split('.')[1] ?? '', 'base64url')
        .toString()
        .includes('ReadWrite'),
    )
    assert.equal(ground.context.identity.index.rightOf(await present((await sign(made, home)).accessToken)), 'write')
  })

  test('is out as soon as its own tenant takes it back, with the tokens that it has', async () => {
    const { ground, other, share, letIn, sign, present } = await twoTenants()
    const made = await ground.add('taken back')
    await share(made, true)
    await letIn(made)
    const { accessToken } = await sign(made, other)
    await share(made, false)
    await assert.rejects(present(accessToken), code('TokenRevoked'))
    await assert.rejects(sign(made, other), code('OAuthRefused'))
  })
})
