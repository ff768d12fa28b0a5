import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { secret } from '#tests/left-behind/noted.ts'
import { runningPlane } from './disk-plane.ts'
import type { RunningPlane } from './disk-plane.ts'

const run = promisify(execFile)
const packages = { nbdinfo: 'libnbd-bin', nbdcopy: 'libnbd-bin', 'qemu-img': 'qemu-utils', 'qemu-io': 'qemu-utils', fio: 'fio' } as const
type Tool = keyof typeof packages

const onPath = (tool: string): boolean => (process.env['PATH'] ?? '').split(':').some(folder => existsSync(join(folder, tool)))

/** A machine without the tool skips and says what to install; continuous integration must have it. */
function clientTest(title: string, tools: readonly Tool[], body: (running: RunningPlane) => Promise<void>): void {
  const missing = tools.find(tool => !onPath(tool))
  const skip = missing !== undefined && process.env['CI'] !== 'true' ? `${missing} is missing: apt-get install ${packages[missing]}` : false
  test(title, { skip, timeout: 120_000 }, async t => {
    if (missing !== undefined) assert.fail(`${missing} is missing: apt-get install ${packages[missing]}`)
    const running = runningPlane(t)
    await body(running)
    assert.deepEqual(running.errors, [])
  })
}

/** Data, holes and data again: what a file system looks like. */
function image(dataDir: string, mebibytes: number): string {
  const path = join(dataDir, 'image.raw')
  writeFileSync(path, '')
  truncateSync(path, mebibytes * 1024 * 1024)
  const file = openSync(path, 'r+')
  for (const at of [0, 1, 5, 20, mebibytes - 1])
    writeSync(file, secret('bytes of a disk', randomBytes(1024 * 1024 - 512)), 0, undefined, at * 1024 * 1024 + 512)
  return path
}

describe('unmodified NBD clients', () => {
  clientTest('nbdinfo sees what is offered', ['nbdinfo'], async ({ disk }) => {
    const uri = await disk('one', 64)
    const { stdout } = await run('nbdinfo', [uri])
    for (const line of [
      'export-size: 67108864',
      'base:allocation',
      'can_multi_conn: true',
      'can_flush: true',
      'can_fua: true',
      'can_trim: true',
    ])
      assert.ok(stdout.includes(line), `${line} in\n${stdout}`)
    for (const line of [
      'can_zero: true',
      'can_df: true',
      'can_fast_zero: true',
      'is_read_only: false',
      'block_size_minimum: 512',
      'block_size_preferred: 4096',
    ])
      assert.ok(stdout.includes(line), `${line} in\n${stdout}`)
    assert.match((await run('nbdinfo', ['--map', uri])).stdout, /^\s+0\s+67108864\s+3\s+hole,zero\s*$/)
    await assert.rejects(run('nbdinfo', [uri.replace('one', 'two')]), /No such file or directory for export: two/)
  })

  for (const layers of [1, 2]) {
    clientTest(
      `nbdcopy in and out is identical under ${layers.toString()} layers, and nothing of it is at rest`,
      ['nbdcopy', 'qemu-img'],
      async ({ dataDir, disk }) => {
        const uri = await disk('copied', 64, layers)
        const from = image(dataDir, 64)
        const back = join(dataDir, 'back.raw')
        await run('nbdcopy', ['--flush', from, uri])
        await run('nbdcopy', [uri, back])
        const bytes = readFileSync(from)
        assert.ok(readFileSync(back).equals(bytes))
        assert.match((await run('qemu-img', ['compare', '-f', 'raw', '-F', 'raw', from, uri])).stdout, /identical/)
        const chunk = readFileSync(join(dataDir, 'disks/disk-of-copied/0.chunk'))
        for (let at = 512; at < 1024 * 1024; at += 4096) assert.equal(chunk.includes(bytes.subarray(at, at + 32)), false)
        assert.equal(existsSync(join(dataDir, 'disks/disk-of-copied/10.chunk')), false, 'what is a hole in the image is none of our bytes')
      },
    )
  }

  clientTest('qemu writes, zeroes, discards and flushes as it does for a guest', ['qemu-io', 'qemu-img'], async ({ dataDir, disk }) => {
    const uri = await disk('guest', 32)
    const io = async (...commands: readonly string[]) => {
      const { stdout } = await run('qemu-io', ['-f', 'raw', '--discard=unmap', ...commands.flatMap(command => ['-c', command]), uri])
      assert.doesNotMatch(stdout, /failed|error/i)
    }
    await io('write -P 0x5a 3M 3M', 'write -f -P 0x33 512 512', 'write -z 4M 64k', 'write -z -u 4608k 64k', 'discard 5M 128k', 'flush')
    await io(
      'read -P 0x5a 3M 1M',
      'read -P 0 4M 64k',
      'read -P 0x5a 4160k 448k',
      'read -P 0 4608k 64k',
      'read -P 0 5M 128k',
      'read -P 0x5a 5248k 896k',
      'read -P 0x33 512 512',
      'read -P 0 0 512',
    )
    const { stdout } = await run('qemu-img', ['map', '--output=json', '-f', 'raw', uri])
    assert.match(stdout, /"start": 5242880, "length": 131072, "depth": 0, .*"zero": true, "data": false/)
    await run('qemu-img', ['convert', '-f', 'raw', '-O', 'raw', uri, join(dataDir, 'converted.raw')])
    assert.match((await run('qemu-img', ['compare', '-f', 'raw', '-F', 'raw', join(dataDir, 'converted.raw'), uri])).stdout, /identical/)
  })

  clientTest('fio verifies every block under load, over two connections', ['fio'], async ({ dataDir, disk }) => {
    const uri = await disk('load', 256)
    const { stdout } = await run(
      'fio',
      [
        '--name=verify',
        '--ioengine=nbd',
        `--uri=${uri}`,
        '--rw=randwrite',
        '--bsrange=512-64k',
        '--size=24m',
        '--numjobs=2',
        '--offset_increment=64m',
      ].concat([
        '--group_reporting',
        '--iodepth=16',
        '--verify=crc32c',
        '--do_verify=1',
        '--verify_fatal=1',
        '--randrepeat=0',
        '--fsync=64',
      ]),
      { cwd: dataDir },
    )
    assert.match(stdout, /err= 0/)
  })

  clientTest('a disk whose key is disabled does not open, and does when it is enabled', ['nbdcopy'], async running => {
    const uri = await running.disk('revoked', 64)
    await run('nbdcopy', ['--flush', image(running.dataDir, 64), uri])
    running.suspend()
    await assert.rejects(run('nbdcopy', [uri, 'null:']), /server policy prevents/)
    running.resume()
    await run('nbdcopy', [uri, 'null:'])
  })
})
