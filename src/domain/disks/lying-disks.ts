import type { BlockStore } from '#ports/block-store.ts'
import type { Clock } from '#ports/clock.ts'
import type { DiskBytes } from '#ports/disk-bytes.ts'
import type { OpenSectorCipher } from '#ports/sector-cipher.ts'
import { recryptRun } from './recrypt.ts'
import type { ServedDisks } from './served-disks.ts'

export interface LyingDisksNeeds {
  /** Knows which disks are open. */
  readonly served: ServedDisks
  readonly store: BlockStore
  readonly openCipher: OpenSectorCipher
  readonly clock: Pick<Clock, 'monotonic'>
}

/** Forks and copies of disks in the program that has them. */
export const lyingDisks = ({ served, store, openCipher, clock }: LyingDisksNeeds): DiskBytes => ({
  fork: async (from, to) => served.using(from, async chunks => chunks.fork(to)),
  async recrypt({ source: { deks: sourceDeks, ...source }, target: { deks: targetDeks, ...target }, from }) {
    try {
      return await served.using(source, async read =>
        served.using(target, async write =>
          recryptRun(
            { openCipher, clock },
            {
              source: { disk: { ...source, deks: sourceDeks }, store: read },
              target: { disk: { ...target, deks: targetDeks }, store: write },
              from,
            },
          ),
        ),
      )
    } finally {
      for (const dek of [...sourceDeks, ...targetDeks]) dek.fill(0)
    }
  },
  confirm: async diskId => store.confirm(diskId),
  remove: async diskId => served.remove(diskId),
  unconfirmed: async () => store.unconfirmed(),
})
