import { ask, dataDirGiven } from '#cli/admin.ts'
import { junit, sarif } from '#cli/check-formats.ts'
import { text, type Run } from '#cli/command.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'

const marks: Readonly<Record<string, string>> = { good: '✓', bad: '✗', note: '!' }

export const run: Run = async ({ options, arguments: ids }) => {
  const format = text(options['format'])
  if (format !== undefined && format !== 'sarif' && format !== 'junit')
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: '--format is sarif or junit.' })
  const body = { ids, history: options['history'] === true }
  const report = await ask(dataDirGiven(options), { method: 'POST', path: '/verify', body })
  if (format === 'sarif') printJson(sarif(report))
  else if (format === 'junit') print(junit(report))
  else if (options['json'] === true) printJson(report)
  else tell(report)
  return memberOf(report, 'ok') === true ? exits.good : exits.bad
}

function tell(report: unknown): void {
  const checks = listOf(memberOf(report, 'checks'))
  for (const one of checks) tellOne(one)
  const bad = checks.filter(one => memberOf(one, 'ok') !== true).length
  note(`${checks.length} looked at, ${bad} not as the checklist wants`)
}

/** `✓ data1: identity ✓ role ✓ set ✓ key usable`, and below it what is to be done. */
function tellOne(one: unknown): void {
  const items = listOf(memberOf(one, 'items'))
  const of = (item: unknown, name: string): string => textOf(memberOf(item, name))
  const line = items.map(item => `${marks[of(item, 'state')] ?? ''} ${of(item, 'text')}`)
  print(`${memberOf(one, 'ok') === true ? '✓' : '✗'} ${of(one, 'name')}: ${line.join('  ')}`)
  for (const item of items) for (const command of listOf(memberOf(item, 'next'))) print(`    ${of(item, 'check')}: ${textOf(command)}`)
  for (const row of listOf(memberOf(one, 'history'))) print(`    ${of(row, 'at')}  ${of(row, 'operation')}  ${of(row, 'outcome')}`)
}
