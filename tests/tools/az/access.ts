import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { groupId } from '#tests/clients/azure.ts'
import { listed, vaultOf, type Az } from './session.ts'

const assignment = z.looseObject({ id: z.string(), principalId: z.string() })

export function roles(az: Az): void {
  const { subscriptionId } = az.instance.environment

  describe('az role', () => {
    test('a built-in role is found by its name, and says what it lets do', async () => {
      const shape = z.array(
        z.looseObject({ roleName: z.string(), permissions: z.array(z.looseObject({ dataActions: z.array(z.string()) })) }),
      )
      const [found, ...others] = await az.read(shape, 'role', 'definition', 'list', '--name', 'Key Vault Crypto User')
      assert.equal(others.length, 0)
      assert(found?.permissions[0]?.dataActions.includes('Microsoft.KeyVault/vaults/keys/sign/action') === true)
    })

    test('a role of one’s own is made, given, listed and taken away', async () => {
      const role = {
        Name: 'Key lister',
        Description: 'Lists keys.',
        Actions: [],
        DataActions: ['Microsoft.KeyVault/vaults/keys/read'],
        AssignableScopes: [`/subscriptions/${subscriptionId}`],
      }
      writeFileSync(az.path('role.json'), JSON.stringify(role))
      await az.run('role', 'definition', 'create', '--role-definition', `@${az.path('role.json')}`)
      const application = z
        .object({ objectId: z.guid() })
        .loose()
        .parse(await az.instance.ask('app', 'add', 'lister'))
      await az.give('Key lister', { id: application.objectId }, vaultOf(az))
      const given = await az.read(
        z.array(assignment),
        'role',
        'assignment',
        'list',
        '--scope',
        vaultOf(az),
        '--assignee',
        application.objectId,
      )
      assert.deepEqual(
        given.map(({ principalId }) => principalId),
        [application.objectId],
      )
      await az.refused(/RoleDefinitionHasAssignments/, 'role', 'definition', 'delete', '--name', 'Key lister')
      await az.run('role', 'assignment', 'delete', '--ids', given[0]?.id ?? '')
      await az.run('role', 'definition', 'delete', '--name', 'Key lister')
    })

    test('a role is not given twice', async () => {
      const { objectId } = z
        .object({ objectId: z.guid() })
        .loose()
        .parse(await az.instance.ask('app', 'add', 'twice'))
      const words = ['--assignee-object-id', objectId, '--assignee-principal-type', 'ServicePrincipal', '--role', 'Reader']
      const first = await az.read(
        assignment,
        'role',
        'assignment',
        'create',
        ...words,
        '--scope',
        groupId(az.instance.environment, az.group),
      )
      const second = await az.read(
        assignment,
        'role',
        'assignment',
        'create',
        ...words,
        '--scope',
        groupId(az.instance.environment, az.group),
      )
      assert.equal(second.id, first.id)
    })
  })

  describe('az lock', () => {
    test('what is locked is not deleted until the lock is', async () => {
      const at = ['--name', 'keep', '--resource-group', az.group]
      await az.run('lock', 'create', ...at, '--lock-type', 'CanNotDelete')
      assert.equal((await az.read(listed, 'lock', 'list', '--resource-group', az.group)).length, 1)
      await az.refused(/ScopeLocked/, 'keyvault', 'delete', '--name', az.vault, '--resource-group', az.group)
      await az.run('lock', 'delete', ...at)
    })
  })
}

const application = z.looseObject({ id: z.guid(), appId: z.guid(), displayName: z.string() })
const principal = z.looseObject({ id: z.guid(), displayName: z.string() })

/** Azure Key Vault, and its one delegated permission, as Microsoft publishes them. */
const vaultService = 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093'
const userImpersonation = 'f53da476-18e3-4152-8e01-aec403e6edc0'

export function directory(az: Az): void {
  describe('az ad', () => {
    test('an application, its service principal and a second secret', async () => {
      const made = await az.read(application, 'ad', 'app', 'create', '--display-name', 'shop')
      assert.equal((await az.read(application, 'ad', 'app', 'show', '--id', made.appId)).id, made.id)
      assert.equal((await az.read(z.array(application), 'ad', 'app', 'list', '--display-name', 'shop')).length, 1)
      const sp = await az.read(principal, 'ad', 'sp', 'create', '--id', made.appId)
      assert.equal((await az.read(principal, 'ad', 'sp', 'show', '--id', made.appId)).id, sp.id)
      const credential = z.looseObject({ password: z.string() })
      const { password } = await az.read(credential, 'ad', 'app', 'credential', 'reset', '--id', made.appId, '--append')
      az.hide(password, 'SECRET')
      assert.equal((await az.read(listed, 'ad', 'app', 'credential', 'list', '--id', made.appId)).length, 1)
      await az.run('ad', 'app', 'update', '--id', made.appId, '--display-name', 'shop 2')
      await az.run('ad', 'sp', 'delete', '--id', made.appId)
      await az.run('ad', 'app', 'delete', '--id', made.appId)
      await az.refused(/does not exist|not found/i, 'ad', 'app', 'show', '--id', made.appId)
    })

    test('owners of an application, and what it may do for users at another', async () => {
      const made = await az.read(application, 'ad', 'app', 'create', '--display-name', 'cart')
      await az.run('ad', 'sp', 'create', '--id', made.appId)
      const { objectId } = z
        .object({ objectId: z.guid() })
        .loose()
        .parse(await az.instance.ask('app', 'add', 'owner'))
      const owner = ['--id', made.appId, '--owner-object-id', objectId]
      await az.run('ad', 'app', 'owner', 'add', ...owner)
      const owners = await az.read(z.array(principal), 'ad', 'app', 'owner', 'list', '--id', made.appId)
      assert(owners.some(({ id }) => id === objectId))
      await az.run('ad', 'app', 'owner', 'remove', ...owner)
      const left = await az.read(z.array(principal), 'ad', 'app', 'owner', 'list', '--id', made.appId)
      assert(!left.some(({ id }) => id === objectId))

      const api = ['--id', made.appId, '--api', vaultService]
      await az.run('ad', 'app', 'permission', 'add', ...api, '--api-permissions', `${userImpersonation}=Scope`)
      const asked = await az.read(
        z.array(z.looseObject({ resourceAppId: z.string() })),
        'ad',
        'app',
        'permission',
        'list',
        '--id',
        made.appId,
      )
      assert.deepEqual(
        asked.map(({ resourceAppId }) => resourceAppId),
        [vaultService],
      )
      await az.run('ad', 'app', 'permission', 'grant', ...api, '--scope', 'user_impersonation')
      const grants = await az.read(
        z.array(z.looseObject({ scope: z.string() })),
        'ad',
        'app',
        'permission',
        'list-grants',
        '--id',
        made.appId,
      )
      assert.deepEqual(
        grants.map(({ scope }) => scope),
        ['user_impersonation'],
      )
      await az.run('ad', 'app', 'permission', 'delete', ...api)
      assert.deepEqual(await az.read(listed, 'ad', 'app', 'permission', 'list', '--id', made.appId), [])
      await az.run('ad', 'app', 'delete', '--id', made.appId)
    })

    test('a user', async () => {
      const name = `lena@${domainOf(az)}`
      az.hide(name, 'lena@DOMAIN')
      const words = ['--display-name', 'Lena', '--password', 'correct-Horse-7-battery', '--user-principal-name', name]
      const made = await az.read(principal, 'ad', 'user', 'create', ...words)
      assert.equal((await az.read(principal, 'ad', 'user', 'show', '--id', name)).id, made.id)
      assert((await az.read(z.array(principal), 'ad', 'user', 'list')).some(({ id }) => id === made.id))
      await az.run('ad', 'user', 'update', '--id', name, '--display-name', 'Lena M.')
      await az.run('ad', 'user', 'delete', '--id', name)
    })

    test('a group and who is in it', async () => {
      const { id } = await az.read(principal, 'ad', 'group', 'create', '--display-name', 'red team', '--mail-nickname', 'red')
      const { objectId } = z
        .object({ objectId: z.guid() })
        .loose()
        .parse(await az.instance.ask('app', 'add', 'member'))
      await az.run('ad', 'group', 'member', 'add', '--group', id, '--member-id', objectId)
      const found = await az.read(
        z.looseObject({ value: z.boolean() }),
        'ad',
        'group',
        'member',
        'check',
        '--group',
        id,
        '--member-id',
        objectId,
      )
      assert.equal(found.value, true)
      assert.equal((await az.read(listed, 'ad', 'group', 'member', 'list', '--group', id)).length, 1)
      assert((await az.read(z.array(principal), 'ad', 'group', 'list')).some(one => one.id === id))
      await az.give('Key Vault Reader', { id, type: 'Group' }, vaultOf(az))
      await az.run('ad', 'group', 'member', 'remove', '--group', id, '--member-id', objectId)
      await az.run('ad', 'group', 'show', '--group', id)
      await az.run('ad', 'group', 'delete', '--group', id)
    })
  })
}

/** The tenant's own name, which `az rest --url /tenants?api-version=2022-12-01` tells. */
const domainOf = ({ instance: { environment } }: Az): string => `${environment.tenantId.slice(0, 8)}.${environment.domain}`
