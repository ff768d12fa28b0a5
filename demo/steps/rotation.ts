import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { DiskEncryptionSet } from '@azure/arm-compute'
import type { KeyVaultKey } from '@azure/keyvault-keys'
import { blocksAtRest, bytesRewritten } from '#demo/at-rest.ts'
import { millisecondsUntil, openExport, type OpenExport } from '#demo/open-export.ts'
import { expect, type Seen } from '#demo/told.ts'
import type { Instance } from '#tests/clients/instance.ts'
import type { Filled } from './encrypted-disk.ts'
import type { House } from './key-and-set.ts'
import type { People } from './sign-in.ts'

export interface Rotated {
  readonly latest: KeyVaultKey
  readonly open: OpenExport
}

const followsWithinMs = 30_000
const revocationMs = 1_500

/** The set follows the key, the data stays as it is, the open export never stops, the old version is not needed any more. */
export async function rotateKey(instance: Instance, { people, house, filled }: Told): Promise<Seen<Rotated>> {
  const { builder } = people
  const keys = builder.keys(house.vault)
  const open = await openExport(filled.place)
  const disks = join(instance.data, 'disks')
  const before = blocksAtRest(disks)
  const started = performance.now()
  const latest = await keys.rotateKey(house.keyName)
  expect(latest.id !== house.key.id, 'rotating made no new version')
  const { set, reads, sawPrevious } = await followed({ people, house, open, latest })
  const rotationSeconds = Math.round(performance.now() - started) / 1_000
  expect(set.autoKeyRotationError === undefined, `the set reports ${set.autoKeyRotationError?.code}`)
  expect(set.lastKeyRotationTimestamp !== undefined, 'the set does not say when it followed')
  const rewritten = bytesRewritten(before, blocksAtRest(disks))
  expect(rewritten === 0, `${rewritten} bytes of the disk were written anew`)
  await keys.updateKeyProperties(house.keyName, house.key.properties.version ?? '', { enabled: false })
  await pause(revocationMs)
  expect((await open.read(0, 65_536)).equals(filled.image.subarray(0, 65_536)), 'the disk reads otherwise')
  expect((await millisecondsUntil(open, 'works')) < revocationMs, 'the old version is still needed')
  return {
    made: { latest, open },
    told: `the set followed in ${rotationSeconds.toFixed(1)} s, ${rewritten} bytes rewritten, ${reads} reads on the open export meanwhile; the old version is off and I/O goes on`,
    figures: { rotationSeconds, bytesRewritten: rewritten, readsMeanwhile: reads, sawPreviousKeys: sawPrevious },
  }
}

export interface Told {
  readonly people: People
  readonly house: House
  readonly filled: Filled
}

interface Following {
  readonly people: People
  readonly house: House
  readonly open: OpenExport
  readonly latest: KeyVaultKey
}

/** Reads on, without a pause, while the set follows: a read that fails ends the step. */
async function followed({ people, house, open, latest }: Following): Promise<{
  readonly set: DiskEncryptionSet
  readonly reads: number
  readonly sawPrevious: boolean
}> {
  const done = new AbortController()
  const reading = readsUntil(open, done.signal)
  try {
    const end = performance.now() + followsWithinMs
    for (let sawPrevious = false; ; await pause(10)) {
      const set = await people.builder.compute.diskEncryptionSets.get(house.group, house.set.name)
      const previous = set.previousKeys ?? []
      sawPrevious ||= previous.length > 0
      if (set.activeKey?.keyUrl === latest.id && previous.length === 0) {
        done.abort()
        return { set, sawPrevious, reads: await reading }
      }
      expect(performance.now() < end, `after 30 s the set is at ${set.activeKey?.keyUrl} with ${previous.length} previous keys`)
    }
  } finally {
    done.abort()
  }
}

async function readsUntil(open: OpenExport, stopped: AbortSignal): Promise<number> {
  for (let reads = 0; ; reads++) {
    if (stopped.aborted) return reads
    await open.read((reads % 4_096) * 4_096, 4_096)
  }
}
