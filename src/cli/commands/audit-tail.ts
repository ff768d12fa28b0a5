import { dataDirOf } from '#cli/admin.ts'
import { filterOf, lineOf, runningRows } from '#cli/audit-rows.ts'
import { memberOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'

const shownFirst = 20
const lookAgainMs = 500

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const dataDir = dataDirOf(data === undefined ? {} : { data })
  const show = (row: unknown): void => (options['json'] === true ? printJson(row) : print(lineOf(row)))
  let last = 0
  const seqOf = (row: unknown): number => Number(memberOf(row, 'seq'))
  for (;;) {
    const rows = (await runningRows(dataDir, filterOf(options))).filter(row => seqOf(row) > last)
    for (const row of last === 0 ? rows.slice(-shownFirst) : rows) show(row)
    last = rows.reduce<number>((most, row) => Math.max(most, seqOf(row)), last)
    if (options['follow'] !== true) return exits.good
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, lookAgainMs)
    await promise
  }
}
