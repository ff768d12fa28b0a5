import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openDiskFile } from './disk-bytes.ts'
import { CommandFailed, exits } from './output.ts'

const folder = mkdtempSync(join(tmpdir(), 'keystead-disk-'))
after(() => rmSync(folder, { recursive: true }))

function file(name: string, bytes: Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

function footer(type: number): Buffer {
  const bytes = Buffer.alloc(512)
  bytes.write('conectix', 'latin1')
  bytes.writeUInt32BE(type, 60)
  return bytes
}

const sectors = Buffer.alloc(1_536, 7)

test('a raw file is its bytes, a fixed VHD all but its footer', async () => {
  await using raw = await openDiskFile(file('raw', sectors))
  await using vhd = await openDiskFile(file('vhd', Buffer.concat([sectors, footer(2)])))
  assert.deepEqual([raw.sizeBytes, vhd.sizeBytes], [1_536, 1_536])
  assert.deepEqual(await vhd.read(1_024, 512), Buffer.alloc(512, 7))
})

test('what is no disk’s bytes, or no whole sectors, is refused with what converts it', async () => {
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['qcow2', Buffer.concat([Buffer.from('514649fb', 'hex'), sectors]), /it is qcow2/],
    ['vhdx', Buffer.concat([Buffer.from('vhdxfile'), sectors]), /it is VHDX/],
    ['dynamic', Buffer.concat([footer(3), sectors]), /it is a dynamic VHD/],
    ['differencing', Buffer.concat([sectors, footer(4)]), /it is a dynamic VHD/],
    ['torn', Buffer.alloc(700), /whole sectors/],
    ['empty', Buffer.alloc(0), /at least one/],
  ]
  for (const [name, bytes, because] of cases)
    await assert.rejects(
      openDiskFile(file(name, bytes)),
      (error: unknown) => error instanceof CommandFailed && error.failure.exit === exits.usage && because.test(error.failure.because ?? ''),
      name,
    )
  await assert.rejects(openDiskFile(join(folder, 'none')), CommandFailed)
})
