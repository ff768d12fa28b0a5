import { existsSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** More than the reserve that a store keeps free (security-and-reliability.md 4.6). */
const roomBytes = 2 ** 30

/** Memory where there is enough of it: what survives SIGKILL is the page cache's, on any medium. */
export function fastFolder(): string {
  const memory = '/dev/shm'
  if (!existsSync(memory)) return tmpdir()
  const { bavail, bsize } = statfsSync(memory)
  return bavail * bsize > roomBytes ? memory : tmpdir()
}
