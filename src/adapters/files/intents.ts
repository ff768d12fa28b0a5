// Intents as files: bytes that were begun outside the database, until a committed record was seen to name them (design.md 4).
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { compartmentId, millis, type CompartmentId, type Millis } from '#model/brands.ts'

export interface Intent {
  readonly compartment: CompartmentId
  readonly id: string
  readonly since: Millis
}

/** Of a folder that need not be there. `named`: what their files are called, with the groups `compartment` and `id`; others are not looked at. */
export async function intentsIn(folder: string, named: RegExp): Promise<readonly Intent[]> {
  const found: Intent[] = []
  for (const name of await namesIn(folder)) {
    const { compartment, id } = named.exec(name)?.groups ?? {}
    if (compartment === undefined || id === undefined) continue
    const since = await changedAt(join(folder, name))
    if (since !== undefined) found.push({ compartment: compartmentId(compartment), id, since: millis(since) })
  }
  return found
}

/** `undefined` where it was confirmed or taken away meanwhile. */
async function changedAt(path: string): Promise<number | undefined> {
  try {
    return Math.floor((await stat(path)).mtimeMs)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw cause
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return []
    throw cause
  }
}

/** Of a failed system call, such as `ENOENT`. */
export const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
