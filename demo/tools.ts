import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Unmodified tools of the story and the Debian package each comes in. */
export const packages = { nbdcopy: 'libnbd-bin', mke2fs: 'e2fsprogs', e2fsck: 'e2fsprogs' } as const
export type Tool = keyof typeof packages

// A user's PATH need not hold the folders of an administrator's tools.
const folders = (): readonly string[] => [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin']

function found(tool: Tool): string | undefined {
  return folders()
    .map(folder => join(folder, tool))
    .find(path => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

export const missingTools = (): readonly Tool[] =>
  Object.keys(packages).filter((tool): tool is Tool => tool in packages && found(tool as Tool) === undefined) // oxlint-disable-line typescript/no-unsafe-type-assertion -- the table's own keys

const run = promisify(execFile)

/** Its output; throws with what it said where it fails. */
export async function use(tool: Tool, ...words: readonly string[]): Promise<string> {
  const { stdout } = await run(found(tool) ?? tool, words, { encoding: 'utf8' })
  return stdout
}
