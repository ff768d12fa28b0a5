import { mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventSink } from '#ports/event-sink.ts'

/** Lays each event into a folder as a document of Event Grid's schema: a list of one. It appears whole, under a name that the same event has again. */
export const eventFolder = (dir: string): EventSink => ({
  async deliver(event) {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const path = join(dir, `${event.id}.json`)
    // Not on the loop: there are as many as there are new versions, and calls must not wait for their disk.
    const half = `${path}.new`
    await inFile(half, async file => file.writeFile(`${JSON.stringify([event])}\n`))
    await rename(half, path)
    await inFile(dir)
  },
})

async function inFile(path: string, write?: (file: Awaited<ReturnType<typeof open>>) => Promise<void>): Promise<void> {
  const file = await open(path, write === undefined ? 'r' : 'w', 0o600)
  try {
    await write?.(file)
    await file.sync()
  } finally {
    await file.close()
  }
}
