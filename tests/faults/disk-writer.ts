// Killed by disk-kill.test.ts while it writes: every number it has printed was flushed before.
import { fileBlockStore } from '#adapters/files/block-store.ts'

const [folder, firstRound] = process.argv.slice(2)
if (folder === undefined || firstRound === undefined) throw new Error('folder and first round')
const store = fileBlockStore(folder).open({ diskId: 'disk', dekIds: [], epoch: 1 }, 64 * 1024 * 1024)
for (let round = Number(firstRound); ; round++) {
  const bytes = Buffer.alloc(4096)
  bytes.writeUInt32BE(round)
  store.write(round % 16, (round % 1024) * 4096, bytes)
  if (round % 3 === 0) store.clear((round - 1) % 16, ((round - 1) % 1024) * 8, 8)
  await store.flush()
  process.stdout.write(`${round.toString()}\n`)
}
