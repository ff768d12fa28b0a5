import { DataDirectoryLocked } from '#adapters/sqlite/lock.ts'
import { DirectoryEmpty, DirectorySealed } from '#compose/data-directory.ts'
import { openStopped, type Stopped, type StoppedAt } from '#compose/stopped.ts'
import { CommandFailed, exits } from './output.ts'

/** Opens a data directory that no instance holds, or says with an exit code of its own why it does not open (people.md 4.1). */
export async function openedStopped(at: StoppedAt, again: string): Promise<Stopped> {
  try {
    return await openStopped(at)
  } catch (error) {
    throw failureOf(error, { dataDir: at.dataDir, again })
  }
}

function failureOf(error: unknown, { dataDir, again }: { readonly dataDir: string; readonly again: string }): unknown {
  const command = `${again} --data ${dataDir}`
  if (error instanceof DirectorySealed)
    return new CommandFailed({
      exit: exits.notReady,
      code: 'Sealed',
      message: `${dataDir} is sealed.`,
      because: error.message.slice(`${dataDir} is sealed: `.length).replace(/\.$/, ''),
      next: [`${command} --passphrase-file -`, `${command} --seal-file FILE`],
    })
  if (error instanceof DirectoryEmpty)
    return new CommandFailed({
      exit: exits.missing,
      code: 'NoInstance',
      message: error.message,
      next: [`keystead start --data ${dataDir}`],
    })
  if (error instanceof DataDirectoryLocked)
    return new CommandFailed({
      exit: exits.busy,
      code: 'DataDirectoryLocked',
      message: `${error.message}.`,
      because: 'it answers no questions yet, or no more',
      next: [`keystead status --data ${dataDir}`],
    })
  return error
}
