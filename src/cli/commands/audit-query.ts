import { dataDirOf, isRunning } from '#cli/admin.ts'
import { filterOf, lineOf, runningRows } from '#cli/audit-rows.ts'
import { exits, note, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const dataDir = dataDirOf(data === undefined ? {} : { data })
  const filter = filterOf(options)
  const rows = (await isRunning(dataDir)) ? await runningRows(dataDir, filter) : await stoppedRows(dataDir, options)
  if (options['json'] === true) printJson({ rows })
  else {
    for (const row of rows) print(lineOf(row))
    note(`${rows.length} rows`)
  }
  return exits.good
}

/** No instance holds the directory: it is opened here, read-only, by its seal. */
async function stoppedRows(dataDir: string, options: Readonly<Record<string, unknown>>): Promise<readonly unknown[]> {
  const { openStopped } = await import('#compose/stopped.ts')
  await using stopped = await openStopped({ dataDir, sealFile: text(options['sealFile']) })
  const { since, resource, principal, denied, limit } = filterOf(options)
  return await stopped.audit.query({
    ...(since !== undefined && { since }),
    ...(resource !== undefined && { resource }),
    ...(principal !== undefined && { principal }),
    ...(limit !== undefined && { limit: Number(limit) }),
    denied: denied === true,
  })
}
