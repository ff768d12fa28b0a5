// Killed by disk-power-cut.test.ts: every round it has printed was flushed before. As a control it prints without having flushed.
import { fileBlockStore } from '#adapters/files/block-store.ts'
import { chunksUsed, planOf } from './disk-plan.ts'

const [, , folder = '', seed = '', firstRound = '', flushes = ''] = process.argv
const store = fileBlockStore(folder).open({ diskId: 'disk', dekIds: [], epoch: 1 }, chunksUsed * 4 * 1024 * 1024)
for (let round = Number(firstRound); ; round += 1) {
  for (const { chunk, first, sectors, value } of planOf(Number(seed), round)) {
    const bytes = Buffer.alloc(sectors * 512)
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32BE(value, at)
    if (value === 0) store.clear(chunk, first, sectors)
    else store.write(chunk, first * 512, bytes)
  }
  if (flushes === 'flush' || round === 1) await store.flush()
  process.stdout.write(`${round}\n`)
  // A control that never waits would fill the disk before anybody kills it.
  if (flushes !== 'flush') await new Promise<void>(resolve => void setTimeout(resolve, 2))
}
