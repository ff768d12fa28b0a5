import { resolve } from 'node:path'
import { ask, dataDirGiven, isRunning } from '#cli/admin.ts'
import { sinceOf } from '#cli/audit-rows.ts'
import { text, type Run } from '#cli/command.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import { progress } from '#cli/progress.ts'
import { stoppedAt } from '#cli/seal-proof.ts'
import { exportAuditTo, FolderTaken, type Exported, type ExportSource } from '#compose/audit-export.ts'

/** What an auditor verifies elsewhere: rows, the tree's leaves, the signed checkpoint, the public key. */
export const run: Run = async ({ options }) => {
  const to = text(options['to'])
  if (to === undefined)
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: 'Where to? --to DIR',
      next: ['keystead audit export --to evidence'],
    })
  const folder = resolve(to)
  const exported = await exportedTo(folder, options)
  if (options['json'] === true) printJson({ to: folder, ...exported })
  else {
    print(`${exported.rows.toLocaleString('en')} rows in ${exported.batches.toLocaleString('en')} batches, signed by ${exported.key}`)
    note(`Tell the auditor this key by another way than with the files: keystead audit verify --offline ${folder} --key FILE`)
  }
  return exits.good
}

async function exportedTo(folder: string, options: Readonly<Record<string, unknown>>): Promise<Exported> {
  const dataDir = dataDirGiven(options)
  const since = sinceOf(text(options['since']))
  const told = progress('rows')
  const onRows = (count: number): void => told.done(count)
  try {
    if (await isRunning(dataDir)) return await exportAuditTo(folder, { source: running(dataDir), since, onRows })
    const { openedStopped } = await import('#cli/stopped.ts')
    await using stopped = await openedStopped(await stoppedAt(dataDir, options), 'keystead audit export')
    const { audit } = stopped
    return await exportAuditTo(folder, {
      source: { head: async from => audit.exportHead(from), page: async range => audit.exportPage(range) },
      since,
      onRows,
    })
  } catch (error) {
    if (!(error instanceof FolderTaken)) throw error
    throw new CommandFailed({ exit: exits.conflict, code: 'FolderTaken', message: `${error.message}: nothing was written.` })
  } finally {
    told.end()
  }
}

const running = (dataDir: string): ExportSource => ({
  head: async since => ask(dataDir, { method: 'GET', path: `/audit/export${since === undefined ? '' : `?since=${since}`}` }),
  page: async ({ from, size }) => ask(dataDir, { method: 'GET', path: `/audit/export/${from}?size=${size}` }),
})
