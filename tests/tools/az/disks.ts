import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { named, vaultOf, type Az } from './session.ts'

const keyShape = z.looseObject({ key: z.looseObject({ kid: z.string() }) })
const setShape = z.looseObject({ identity: z.looseObject({ principalId: z.guid() }), activeKey: z.looseObject({ keyUrl: z.string() }) })

export function disks(az: Az): void {
  const [set, disk] = ['des', 'data']
  const at = (name: string): readonly string[] => ['--name', name, '--resource-group', az.group]

  describe('az disk-encryption-set, az disk', () => {
    test('a disk under a set, once the set’s identity has its role', async () => {
      const { key } = await az.read(keyShape, 'keyvault', 'key', 'show', '--vault-name', az.vault, '--name', 'cmk')
      await az.run('disk-encryption-set', 'create', ...at(set), '--key-url', key.kid, '--source-vault', az.vault)
      const shown = await az.read(setShape, 'disk-encryption-set', 'show', ...at(set))
      assert.equal(shown.activeKey.keyUrl, key.kid)
      const under = ['--encryption-type', 'EncryptionAtRestWithCustomerKey', '--disk-encryption-set', set]
      const create = ['disk', 'create', ...at(disk), '--size-gb', '4', ...under]
      await az.refused(/KeyVaultAccessForbidden/, ...create)
      await az.give('Key Vault Crypto Service Encryption User', { id: shown.identity.principalId }, vaultOf(az))
      const made = await az.read(named.extend({ diskSizeGB: z.number() }), ...create)
      assert.equal(made.diskSizeGB, 4)
    })

    test('a link to the disk, which leads to it without a token, and is taken back', async () => {
      const granted = z.looseObject({ accessSAS: z.url() })
      const { accessSAS } = await az.read(
        granted,
        'disk',
        'grant-access',
        ...at(disk),
        '--access-level',
        'Read',
        '--duration-in-seconds',
        '600',
      )
      const first = await fetch(accessSAS, { headers: { range: 'bytes=0-511' } })
      assert.deepEqual([first.status, (await first.bytes()).every(byte => byte === 0)], [206, true])
      await az.run('disk', 'revoke-access', ...at(disk))
      assert.equal((await fetch(accessSAS)).status, 403)
    })
  })
}
