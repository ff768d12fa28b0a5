import { createHash, randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { KeyVaultKey } from '@azure/keyvault-keys'
import { openExport } from '#demo/open-export.ts'
import { expect, type Seen } from '#demo/told.ts'
import { use } from '#demo/tools.ts'
import { called, type Azure } from '#tests/clients/azure.ts'
import type { Instance } from '#tests/clients/instance.ts'
import { exportOf } from './encrypted-disk.ts'
import type { House } from './key-and-set.ts'
import { auditRows } from './people.ts'
import type { Held } from './role.ts'
import type { Told } from './rotation.ts'

const rounds = 3
const workers = 3

interface Acknowledged {
  /** Public halves by key name. */
  readonly keys: ReadonlyMap<string, string>
  readonly image: Buffer
}

/** kill -9 in the middle of writes, and again: whatever was acknowledged is there after the restart. */
export async function powerOff(instance: Instance, { people, house }: Told, { disk }: Held): Promise<Seen<undefined>> {
  const keys = new Map<string, string>()
  let restartMs = 0
  for (let round = 1; round <= rounds; round++) {
    const place = await exportOf(instance, disk.id)
    const image = randomBytes(4 << 20)
    await write(instance, place.uri, image)
    const stopped = new AbortController()
    const making = Array.from({ length: workers }, async () => makeKeys(people.builder, { house, keys, stopped: stopped.signal }))
    const before = keys.size
    while (keys.size < before + 10 * round) await pause(5)
    await instance.kill()
    stopped.abort()
    await Promise.all(making)
    const started = performance.now()
    await instance.start()
    restartMs = Math.round(performance.now() - started)
    await expectThere(instance, { azure: people.builder, house, disk: disk.id, kept: { keys, image } })
  }
  return {
    made: undefined,
    told: `${rounds} times: ${keys.size} acknowledged keys and every flushed block are there, the audit is intact; up again in ${(restartMs / 1_000).toFixed(1)} s`,
    figures: { kills: rounds, keysAcknowledged: keys.size, restartMs },
  }
}

const fingerprint = ({ key }: KeyVaultKey): string =>
  createHash('sha256')
    .update(key?.x ?? '')
    .update(key?.y ?? '')
    .digest('hex')

async function makeKeys(
  azure: Azure,
  { house, keys, stopped }: { readonly house: House; readonly keys: Map<string, string>; readonly stopped: AbortSignal },
): Promise<void> {
  while (!stopped.aborted) {
    const name = called('k')
    try {
      keys.set(name, fingerprint(await azure.keys(house.vault).createEcKey(name, { curve: 'P-256', abortSignal: stopped })))
    } catch (error) {
      // The power is off: what was under way was not acknowledged. A refusal would be something else.
      if (!refusedByNobody(error)) throw error
      return
    }
  }
}

const refusedByNobody = (error: unknown): boolean => error instanceof Error && !('statusCode' in error && error.statusCode !== undefined)

async function write(instance: Instance, uri: string, image: Buffer): Promise<void> {
  const path = join(instance.dir, 'work', 'block')
  writeFileSync(path, image)
  await use('nbdcopy', '--flush', path, uri)
  rmSync(path)
}

interface Kept {
  readonly azure: Azure
  readonly house: House
  readonly disk: string
  readonly kept: Acknowledged
}

async function expectThere(instance: Instance, { azure, house, disk, kept }: Kept): Promise<void> {
  const found = new Map<string, string>()
  for (const name of kept.keys.keys()) found.set(name, fingerprint(await azure.keys(house.vault).getKey(name)))
  for (const [name, key] of kept.keys) expect(found.get(name) === key, `${name} is another key after the restart`)
  const recorded = new Set(
    (await auditRows(instance)).filter(row => row.operation === 'KeyCreate').map(row => row.resourceId.split('/').at(-1)),
  )
  for (const name of kept.keys.keys()) expect(recorded.has(name), `${name} was acknowledged without a record`)
  const open = await openExport(await exportOf(instance, disk))
  const bytes = await open.read(0, kept.image.length)
  open.close()
  expect(bytes.equals(kept.image), 'a flushed block is gone')
  const verdict = await instance.run('audit', 'verify')
  expect(verdict.code === 0, `audit verify exits ${verdict.code} after a power cut: ${verdict.stdout}${verdict.stderr}`)
}
