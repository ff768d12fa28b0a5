// A rotated key: 1,000 disks under a set that follows it are re-wrapped (disk-encryption.md E.3 decision 6), beside the cryptography alone.
import { openWork } from '#bench/anchors/work.ts'
import { type BenchCase, rowOf } from '#bench/case.ts'
import { openDiskWorld } from '#bench/disk-world.ts'
import { median } from '#bench/statistics.ts'
import { eventually } from '#bench/web.ts'
import { openWorld } from '#bench/world.ts'

const disks = 1_000
const [together, withinMs] = [16, 300_000]

export const rewrap: BenchCase = {
  name: 're-wrap of 1,000 disks',
  async run(bench) {
    const { settings } = bench
    const world = await openWorld(settings.memory, { keys: 0, assignments: 0 })
    try {
      const made = await openDiskWorld(world)
      let next = 0
      await Promise.all(
        Array.from({ length: together }, async () => {
          for (next += 1; next <= disks; next += 1) await made.makeDisk(`disk-${next}`, 1)
        }),
      )
      const times: { readonly ms: number; readonly alone: number }[] = []
      for (let round = 0; round < Math.min(3, settings.rounds); round += 1) {
        const alone = await cryptographyMs()
        const started = performance.now()
        const kid = await made.rotateKey()
        await eventually(async () => {
          const { activeKey, previousKeys = [] } = (await made.set()).properties
          return activeKey.keyUrl === kid && previousKeys.length === 0 ? true : undefined
        }, withinMs)
        times.push({ ms: performance.now() - started, alone })
        bench.say(`   re-wrapped in ${(performance.now() - started).toFixed(0)} ms, the cryptography alone ${alone.toFixed(0)} ms`)
      }
      const seconds = median(times.map(({ ms }) => ms)) / 1_000
      return [
        rowOf({
          case: `re-wrap of ${disks.toLocaleString('en')} disks, rotation to the end`,
          anchor: 'an unwrap and a wrap a disk, nothing else',
          rounds: times.map(({ ms, alone }) => alone / ms),
          figures: { s: seconds, 'disks/s': disks / seconds },
        }),
      ]
    } finally {
      await world.close()
    }
  },
}

/** As many unwraps and wraps, placed as the product places them. */
async function cryptographyMs(): Promise<number> {
  const [unwrap, wrap] = [openWork('rsa-decrypt'), openWork('rsa-encrypt')]
  const started = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: together }, async () => {
      for (next += 1; next <= disks; next += 1) {
        await unwrap()
        await wrap()
      }
    }),
  )
  return performance.now() - started
}
