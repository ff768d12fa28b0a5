// Killed by disk-power-cut.test.ts: every round it has printed was flushed, or forked, before. As a control it prints without having flushed.
import { fileBlockStore } from '#adapters/files/block-store.ts'
import { compartmentId } from '#model/brands.ts'
import { chunksUsed, forkEvery, forkOf, planOf } from './disk-plan.ts'

const [, , folder = '', seed = '', firstRound = '', flushes = ''] = process.argv
const disks = fileBlockStore(folder)
const store = disks.open({ diskId: 'disk', dekIds: [], epoch: 1 }, chunksUsed * 4 * 1024 * 1024)
for (let round = Number(firstRound); ; round += 1) {
  for (const { chunk, first, sectors, value } of planOf(Number(seed), round)) {
    const bytes = Buffer.alloc(sectors * 512)
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32BE(value, at)
    if (value === 0) store.clear(chunk, first, sectors)
    else store.write(chunk, first * 512, bytes)
  }
  if (flushes === 'fork' && round % forkEvery === 0) {
    // What was left of one that the power took goes first; a fork flushes by itself.
    await disks.remove(forkOf(round))
    await store.fork({ diskId: forkOf(round), compartment: compartmentId('c'.repeat(32)) })
  } else if (flushes !== 'never' || round === 1) await store.flush()
  process.stdout.write(`${round}\n`)
  // A control that never waits would fill the disk before anybody kills it.
  if (flushes === 'never') await new Promise<void>(resolve => void setTimeout(resolve, 2))
}
