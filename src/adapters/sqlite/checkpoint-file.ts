import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { CheckpointFile } from '#ports/audit-log.ts'

/** Beside the database, replaced whole: written, synced, renamed, and the folder synced. */
export function checkpointFile(path: string): CheckpointFile {
  return {
    async read() {
      try {
        return await readFile(path, 'utf8')
      } catch (cause) {
        if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
        throw cause
      }
    },
    async write(note) {
      const fresh = `${path}.new`
      await using file = await open(fresh, 'w', 0o600)
      await file.writeFile(note)
      await file.sync()
      await rename(fresh, path)
      await using folder = await open(dirname(path), 'r')
      await folder.sync()
    },
  }
}
