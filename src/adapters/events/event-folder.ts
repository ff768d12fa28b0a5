import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from '#adapters/system/write-durably.ts'
import type { EventSink } from '#ports/event-sink.ts'

/** Lays each event into a folder as a document of Event Grid's schema: a list of one. It appears whole, under a name that the same event has again. */
export const eventFolder = (dir: string): EventSink => ({
  async deliver(event) {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    writeDurably(join(dir, `${event.id}.json`), `${JSON.stringify([event])}\n`, 0o600)
    return Promise.resolve()
  },
})
