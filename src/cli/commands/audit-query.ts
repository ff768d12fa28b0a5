import { dataDirOf, isRunning } from '#cli/admin.ts'
import { filterOf, lineOf, runningRows, type FoundRows } from '#cli/audit-rows.ts'
import { cursorText } from '#protocols/admin/audit-cursor.ts'
import { shownRow } from '#protocols/admin/shown-row.ts'
import { exits, note, print, printJson } from '#cli/output.ts'
import { stoppedAt } from '#cli/seal-proof.ts'
import { text, type Run } from '#cli/command.ts'

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const dataDir = dataDirOf(data === undefined ? {} : { data })
  const filter = filterOf(options)
  const started = performance.now()
  const { rows, next } = (await isRunning(dataDir)) ? await runningRows(dataDir, filter) : await stoppedRows(dataDir, options)
  if (options['json'] === true) printJson({ rows, next })
  else {
    for (const row of rows) print(lineOf(row, { dated: true }))
    note(`${rows.length} rows, ${((performance.now() - started) / 1_000).toFixed(1)} s`)
  }
  return exits.good
}

/** No instance holds the directory: it is opened here, read-only, by its seal. */
async function stoppedRows(dataDir: string, options: Readonly<Record<string, unknown>>): Promise<FoundRows> {
  const { openedStopped } = await import('#cli/stopped.ts')
  await using stopped = await openedStopped(await stoppedAt(dataDir, options), 'keystead audit query')
  const { since, resource, principal, denied, limit } = filterOf(options)
  const { rows, end } = await stopped.audit.query({
    ...(since !== undefined && { since }),
    ...(resource !== undefined && { resource }),
    ...(principal !== undefined && { principal }),
    ...(limit !== undefined && { limit: Number(limit) }),
    denied: denied === true,
  })
  return { rows: rows.map(shownRow), next: cursorText(end) }
}
