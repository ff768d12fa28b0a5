import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** Makes the names in a folder durable. Callers that come while one sync of it runs share the next: their names may be younger than its beginning. */
export function folderSync(): (folder: string) => Promise<void> {
  const running = new Map<string, Promise<void>>()
  const next = new Map<string, Promise<void>>()
  function begin(folder: string): Promise<void> {
    const run = syncNow(folder).finally(() => running.delete(folder))
    running.set(folder, run)
    return run
  }
  return async folder => {
    const now = running.get(folder)
    if (now === undefined) return begin(folder)
    const waiting = next.getOrInsertComputed(folder, () =>
      now
        .catch(() => undefined)
        .then(() => {
          next.delete(folder)
          return begin(folder)
        }),
    )
    return waiting
  }
}

async function syncNow(folder: string): Promise<void> {
  await using handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  await handle.sync()
}
