import { dataDirOf } from '#cli/admin.ts'
import { filterOf, lineOf, runningRows } from '#cli/audit-rows.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'

const shownFirst = 20
/** The instance answers when there is something, at the latest then: its own entry for each answer stays rare. */
const waitMs = 4_000

/** Its own readings are in the audit like everything else; they are not shown, or it would follow itself. */
export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const dataDir = dataDirOf(data === undefined ? {} : { data })
  const filter = filterOf(options)
  const show = (rows: readonly unknown[]): void => {
    for (const row of rows)
      if (options['json'] === true) printJson(row)
      else print(lineOf(row, { dated: false }))
  }
  let { rows, next } = await runningRows(dataDir, { ...filter, wait: 0 })
  show(rows.slice(-shownFirst))
  while (options['follow'] === true && process.stdout.errored === null) {
    ;({ rows, next } = await runningRows(dataDir, { ...filter, after: next, wait: waitMs }))
    show(rows)
  }
  return exits.good
}
