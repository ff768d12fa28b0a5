import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileBlockStore } from '#adapters/files/block-store.ts'
import { loadNative } from '#adapters/native/native.ts'
import { createExportControl } from './export-control.ts'
import { ServedDisks, type Attachment } from './served-disks.ts'
import { diskGround, until, type DiskGround } from './testing.ts'

/** The data plane over the control plane, in one process. */
async function attached(
  t: { after(run: () => Promise<void>): void },
  encryptionType?: 'EncryptionAtRestWithPlatformAndCustomerKeys',
): Promise<{ ground: DiskGround; principalId: string | undefined; attach: () => Promise<Attachment> }> {
  const ground = await diskGround()
  const { set, disk } = await ground.setWithDisk({ encryptionType })
  const folder = mkdtempSync(join(tmpdir(), 'served-'))
  const control = createExportControl(ground.context)
  const { log } = ground.context
  const disks = new ServedDisks({
    control,
    store: fileBlockStore(folder),
    openCipher: loadNative().openSectorCipher,
    clock: ground.clock,
    log,
  })
  t.after(async () => {
    await disks.stop('the test is over')
    control.stop()
    rmSync(folder, { recursive: true })
  })
  return {
    ground,
    principalId: set.value.identity.principalId,
    async attach() {
      const attachment = await disks.attach(disk.value.exportName, () => undefined)
      assert('device' in attachment, JSON.stringify(attachment))
      return attachment
    },
  }
}

const unwraps = (ground: DiskGround) => ground.rows().filter(row => row['operation'] === 'KeyUnwrap')

describe('an attach (D-03)', () => {
  for (const [name, type] of [
    ['a customer’s key', undefined],
    ['double encryption', 'EncryptionAtRestWithPlatformAndCustomerKeys'],
  ] as const)
    test(`of four connections is exactly one KeyUnwrap, as the set: ${name}`, async t => {
      const { ground, principalId, attach } = await attached(t, type)
      const before = unwraps(ground).length
      const connections = await Promise.all([attach(), attach(), attach(), attach()])
      const rows = unwraps(ground).slice(before)
      assert.equal(rows.length, 1)
      const actor = rows[0]?.['actor']
      assert(typeof actor === 'object' && actor !== null && 'oid' in actor && actor.oid === principalId, 'the set acts')
      const [one, two] = connections
      const data = Buffer.alloc(4096, 7)
      one.device.write(0, data)
      const back = Buffer.alloc(4096)
      two.device.read(0, back)
      assert.deepEqual(back, Buffer.alloc(4096, 7))
      for (const connection of connections) await connection.release()
      await attach()
      assert.equal(unwraps(ground).length, before + 2, 'all had gone: this one is an attach of its own')
    })

  test('joins an open disk only while the key may be used', async t => {
    const { ground, principalId, attach } = await attached(t)
    const open = await attach()
    await ground.take(principalId)
    await until(() => !open.usable())
    await assert.rejects(attach(), /may not get, wrap and unwrap/)
  })
})
