// Killed by object-power-cut.test.ts: puts objects, four at a time, and tells of each whose commit was acknowledged.
import { writeSync } from 'node:fs'
import { whileRunning } from './installation.ts'
import { putNumber } from './kept-objects.ts'

const [, , dataDir = '', sealFile = '', from = '0'] = process.argv
await whileRunning({ dataDir, sealFile }, async ({ context }) => {
  for (let n = Number(from); ; n += 4) {
    await Promise.all(
      [n, n + 1, n + 2, n + 3].map(async one => {
        await putNumber(context, one)
        writeSync(1, `${one}\n`)
      }),
    )
  }
})
