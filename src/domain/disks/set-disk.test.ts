import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '#model/problem.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import type { DiskWishes } from './disk-rules.ts'
import { putDisk } from './set-disk.ts'
import { diskScope } from './set-place.ts'
import { diskGround, emptyDisk, named, type DiskGround } from './testing.ts'

const customer = 'EncryptionAtRestWithCustomerKey'
const double = 'EncryptionAtRestWithPlatformAndCustomerKeys'
const platform = 'EncryptionAtRestWithPlatformKey'

const arm =
  (status: number, code: string) =>
  (error: unknown): boolean => {
    refusedWith('ArmRefused')(error)
    const { details } = (error as Problem).body as { details: { status: number; code: string } }
    assert.deepEqual([details.status, details.code], [status, code])
    return true
  }

describe('a disk encryption set', () => {
  test('has a principal of its own before it has any right', async () => {
    const ground = await diskGround()
    const { set, created } = await ground.putSet('des')
    assert.ok(created)
    const { principalId } = set.value.identity
    assert.ok(ground.context.servicePrincipals.peek().some(held => held.value.id === principalId && held.value.resourceId === set.value.id))
    const again = await ground.putSet('des')
    assert.deepEqual([again.created, again.set.value.identity.principalId], [false, principalId])
  })

  const refusals: Readonly<Record<string, (ground: DiskGround) => Promise<unknown>>> = {
    'without an identity': async ground => ground.putSet('des', { identity: undefined }),
    'without a key': async ground => ground.putSet('des', { activeKey: undefined }),
    'with a key URL without a version': async ground =>
      ground.putSet('des', { activeKey: { keyUrl: 'https://kv1.vault.keystead.test/keys/cmk' } }),
    'with a key URL of another domain': async ground =>
      ground.putSet('des', { activeKey: { keyUrl: `https://kv1.vault.azure.net/keys/cmk/${ground.version}` } }),
    'with a source vault that is another one': async ground =>
      ground.putSet('des', { activeKey: { keyUrl: ground.keyUrl(ground.version), sourceVaultId: `${ground.vault.id}x` } }),
    'with a user-assigned type and no identity': async ground =>
      ground.putSet('des', { identity: { type: 'UserAssigned', userAssigned: [], removed: [] } }),
    'with an EC key': async ground => {
      const version = await ground.addKey(ground.vault, 'curve', { type: 'EC' })
      return ground.putSet('des', { activeKey: { keyUrl: ground.keyUrl(version, 'curve') } })
    },
  }
  for (const [name, act] of Object.entries(refusals)) {
    test(`is refused ${name}`, async () => {
      const ground = await diskGround()
      await assert.rejects(act(ground), arm(400, 'InvalidParameter'))
      assert.equal(ground.context.diskEncryptionSets.peek().length, 0)
    })
  }

  test('must point to a key that is there', async () => {
    const ground = await diskGround()
    const nowhere = { keyUrl: ground.keyUrl('0'.repeat(32)) }
    await assert.rejects(ground.putSet('des', { activeKey: nowhere }), arm(400, 'KeyVaultKeyNotFound'))
    const otherVault = { keyUrl: `https://kv2.vault.keystead.test/keys/cmk/${ground.version}` }
    await assert.rejects(ground.putSet('des', { activeKey: otherVault }), arm(400, 'KeyVaultNotFound'))
  })

  test('follows its key only in a vault with purge protection', async () => {
    const ground = await diskGround({ enablePurgeProtection: false })
    await assert.rejects(ground.putSet('des', { follows: true }), arm(400, 'InvalidParameter'))
    await ground.putSet('des', { follows: false })
  })

  test('keeps its encryption type', async () => {
    const ground = await diskGround()
    await ground.putSet('des')
    await assert.rejects(ground.putSet('des', { encryptionType: double }), arm(409, 'PropertyChangeNotAllowed'))
  })
})

describe('a disk', () => {
  test('under a set without its role is refused in the service’s words, and nothing is there', async () => {
    const ground = await diskGround()
    const { set } = await ground.putSet('des')
    const details = { keyUrl: ground.keyUrl(ground.version), identity: 'the disk encryption set des', target: 'disk data' }
    const refused = ground.putDisk('data', { encryptionType: customer, setId: set.value.id })
    await assert.rejects(refused, refusedWith('KeyVaultAccessForbidden', details))
    assert.equal(ground.context.disks.peek().length, 0)
    const tried = ground.rows().findLast(row => row['operation'] === 'KeyWrap')
    assert.ok(JSON.stringify(tried).includes(set.value.identity.principalId ?? 'none') && JSON.stringify(tried).includes('"allow":false'))
  })

  test('proves its wrapped data key before it is there', async () => {
    const ground = await diskGround()
    await ground.setWithDisk()
    const names = ground.rows().map(row => row['operation'])
    assert.deepEqual(
      names.filter(name => name === 'KeyWrap' || name === 'KeyUnwrap'),
      ['KeyWrap', 'KeyUnwrap'],
    )
  })

  const wrong: Readonly<Record<string, (setId: string) => Partial<DiskWishes>>> = {
    'a platform key and a set': setId => ({ encryptionType: platform, setId }),
    'a customer key without a set': () => ({ encryptionType: customer }),
    'a set of another type': setId => ({ encryptionType: double, setId }),
    'double encryption of an ultra disk': setId => ({ encryptionType: double, setId, sku: 'UltraSSD_LRS' }),
    'an unknown SKU': () => ({ sku: 'constructor' }),
    'no size': () => ({ sizeGb: undefined }),
    'half a GiB': () => ({ sizeGb: 0.5 }),
    'more than 32,767 GiB': () => ({ sizeGb: 32_768 }),
    'another creation': () => ({ createOption: 'Copy' }),
    'a sector size of a common disk': () => ({ logicalSectorSize: 4096 }),
    'zones of a zone-redundant disk': () => ({ sku: 'Premium_ZRS', zones: ['1'] }),
    'private access': () => ({ networkAccessPolicy: 'AllowPrivate', diskAccessId: 'x' }),
  }
  test('that contradicts itself is refused, and not there', async () => {
    const ground = await diskGround()
    const { set } = await ground.setWithDisk()
    for (const [name, wishes] of Object.entries(wrong)) {
      await assert.rejects(ground.putDisk('wrong', wishes(set.value.id)), arm(400, 'InvalidParameter'), name)
    }
    await assert.rejects(ground.putDisk('wrong', { encryptionType: customer, setId: `${set.value.id}x` }), refusedWith('ResourceNotFound'))
    assert.equal(ground.context.disks.peek().length, 1)
  })

  test('is asked whether it may use the set before the set is looked for', async () => {
    const ground = await diskGround()
    const { set } = await ground.setWithDisk()
    for (const setId of [set.value.id, `${set.value.id}x`]) {
      const put = ground.as(async call =>
        putDisk(ground.context, call, {
          ...named('mine'),
          permit: ground.context.access.permit(call, 'disk.write', { on: diskScope(named('mine')) }),
          mayUseSet: on => {
            throw new Problem({ code: 'LinkedAccessDenied', details: { action: 'read', scope: on.at(-1) ?? '', oid: 'o' } })
          },
          location: 'local',
          tags: {},
          wishes: { ...emptyDisk, encryptionType: customer, setId },
        }),
      )
      await assert.rejects(put, refusedWith('LinkedAccessDenied'))
    }
  })

  test('only grows', async () => {
    const ground = await diskGround()
    await ground.putDisk('data', { sizeGb: 4 })
    assert.equal((await ground.putDisk('data', { sizeGb: 8 })).value.sizeBytes, 8 * 1024 ** 3)
    await assert.rejects(ground.putDisk('data', { sizeGb: 4 }), arm(409, 'OperationNotAllowed'))
  })

  test('goes from the platform’s key to the customer’s and back with the same data key', async () => {
    const ground = await diskGround()
    const { set } = await ground.setWithDisk()
    const before = await ground.putDisk('plain')
    const under = await ground.putDisk('plain', { encryptionType: customer, setId: set.value.id })
    assert.equal(under.value.layers[0]?.dekId, before.value.layers[0]?.dekId)
    assert.equal((await ground.store.materialOf(before.id)).length, 0, 'the platform cannot open it any more')
    const back = await ground.putDisk('plain', { encryptionType: platform, setId: '' })
    assert.equal(back.value.layers[0]?.wrapped, undefined)
    assert.equal((await ground.store.materialOf(before.id)).length, 1)
    await assert.rejects(ground.putDisk('plain', { encryptionType: double, setId: set.value.id }), refusedWith('ArmRefused'))
  })

  test('has a data key of its own: none is like another, none stands in a record in the clear', async () => {
    const ground = await diskGround()
    const [one, two] = [await ground.putDisk('one'), await ground.putDisk('two')]
    assert.notEqual(one.value.layers[0]?.dekId, two.value.layers[0]?.dekId)
    assert.notEqual(one.value.exportName, two.value.exportName)
    assert.deepEqual(Object.keys(one.value.layers[0] ?? {}), ['dekId', 'by'])
  })
})

describe('a disk under a key behind a firewall', () => {
  const shut = (bypass: 'AzureServices' | 'None', publicNetworkAccess: 'Enabled' | 'Disabled') =>
    diskGround({
      enablePurgeProtection: true,
      publicNetworkAccess,
      networkAcls: { bypass, defaultAction: 'Deny', ipRules: [{ value: '0.0.0.0/0' }, { value: '::/0' }], virtualNetworkRules: [] },
    })

  for (const access of ['Enabled', 'Disabled'] as const) {
    test(`is made where the vault trusts the services of the cloud, with public access ${access}`, async () => {
      const ground = await shut('AzureServices', access)
      const { disk } = await ground.setWithDisk()
      assert.equal(disk.value.layers[0]?.by, 'customer')
    })

    test(`is refused where it does not, and no rule on addresses helps, with public access ${access}`, async () => {
      const ground = await shut('None', access)
      await assert.rejects(ground.setWithDisk(), refusedWith('KeyVaultAccessForbidden'))
      assert.equal(ground.context.disks.peek().length, 0)
    })
  }
})
