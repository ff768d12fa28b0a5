// Killed by installation-power-cut.test.ts: makes keys in the vault, two at a time, and tells of each whose commit was acknowledged.
import { writeSync } from 'node:fs'
import { whileRunning } from './installation.ts'
import { keepAnother } from './kept.ts'

const [, , dataDir = '', sealFile = '', vault = '', from = '0'] = process.argv
await whileRunning({ dataDir, sealFile }, async running => {
  const kept = { who: running.administrator, vault }
  for (let n = Number(from); ; n += 2) {
    await Promise.all(
      [n, n + 1].map(async k => {
        await keepAnother(running, kept, `k${k}`)
        writeSync(1, `${k}\n`)
      }),
    )
  }
})
