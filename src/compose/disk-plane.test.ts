import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { leaseWriter, newLease } from '#domain/disks/key-lease.ts'
import { millis } from '#model/brands.ts'
import type { ExportControl } from '#ports/export-control.ts'
import { startDiskPlane } from './disk-plane.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const silent: ExportControl = {
  open: async () => ({ refused: 'unknown', why: 'no such export' }),
  report: async () => undefined,
}

function folder(t: { after(run: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'plane-'))
  t.after(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return path
}

/** The one exchange these tests need: greeting, GO for a name, the first reply's type. */
async function goFor(socket: string, name: string): Promise<number> {
  const client = connect(socket)
  const option = Buffer.alloc(26 + name.length)
  option.write('IHAVEOPT')
  option.writeUInt32BE(7, 8)
  option.writeUInt32BE(6 + name.length, 12)
  option.writeUInt32BE(name.length, 16)
  option.write(name, 20)
  client.write(Buffer.concat([Buffer.from([0, 0, 0, 3]), option.subarray(0, 22 + name.length)]))
  let have = Buffer.alloc(0)
  for await (const bytes of client) {
    have = Buffer.concat([have, bytes])
    if (have.length >= 18 + 16) break
  }
  client.destroy()
  return have.readUInt32BE(18 + 12)
}

describe('disk plane', () => {
  test('asks the control plane for each client, moves the DEKs, and closes and removes on order', async t => {
    const dataDir = folder(t)
    const lease = newLease()
    const dek = Uint8Array.from({ length: 64 }, (_, at) => at + 1)
    const heard: string[] = []
    const control: ExportControl = {
      async open({ name, reason }) {
        heard.push(`${reason} ${name}`)
        if (name !== 'one') return { refused: 'policy', why: 'not now' }
        leaseWriter(lease).confirm(millis(Date.now()))
        const layers = [{ dekId: 'a'.repeat(32), dek, cipher: 'aes-256-xts' as const }]
        return { disk: { diskId: 'disk-1', sizeBytes: 1024 * 1024, readOnly: false, epoch: 1, layers, lease } }
      },
      async report(name, what) {
        heard.push(`${what} ${name}`)
      },
    }
    const plane = startDiskPlane({ control, dataDir, socketDir: dataDir, log: quiet })
    const { socket, uri } = await plane.listen('one')
    assert.equal(uri, `nbd+unix:///one?socket=${socket}`)
    assert.equal(await goFor(socket, 'one'), 3)
    assert.equal(await goFor(socket, 'two'), 0x8000_0002)
    assert.ok(
      dek.every(byte => byte === 0),
      'the control plane keeps no copy',
    )
    await plane.close('one', 'detached')
    await plane.close('never opened', 'detached')
    assert.ok(existsSync(join(dataDir, 'disks/disk-1')))
    await plane.remove('disk-1')
    assert.equal(existsSync(join(dataDir, 'disks/disk-1')), false)
    await assert.rejects(plane.remove('../elsewhere'), /could not remove/)
    await plane.stop()
    assert.deepEqual(heard.slice(0, 1), ['negotiation one'])
    assert.ok(heard.includes('negotiation two') && heard.includes('closed one'))
  })

  test('puts the socket elsewhere, in a folder of its own, when the path is too long for one', async t => {
    const dataDir = join(folder(t), 'long'.repeat(30))
    const plane = startDiskPlane({ control: silent, dataDir, socketDir: dataDir, log: quiet })
    const { socket } = await plane.listen('n')
    assert.ok(Buffer.byteLength(socket) < 100, socket)
    assert.equal(statSync(dirname(socket)).mode & 0o777, 0o700)
    assert.equal(statSync(socket).mode & 0o777, 0o600)
    assert.equal(await goFor(socket, 'n'), 0x8000_0006)
    await plane.stop()
    rmSync(dirname(socket), { recursive: true })
  })

  test('a name is written into the URI so that a client reads it back', async t => {
    const dataDir = folder(t)
    const plane = startDiskPlane({ control: silent, dataDir, socketDir: dataDir, log: quiet })
    const { uri } = await plane.listen('a name/with?all&of#it')
    assert.equal(decodeURIComponent(new URL(uri).pathname.slice(1)), 'a name/with?all&of#it')
    await plane.stop()
    await plane.stop()
  })
})
