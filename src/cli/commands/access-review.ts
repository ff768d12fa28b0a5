import { ask, dataDirOf } from '#cli/admin.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { columns, CommandFailed, exits, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'
import { csvLine } from '#cli/csv.ts'

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const [scope, principal, action] = ['scope', 'principal', 'action'].map(name => text(options[name]))
  const body = {
    ...(scope !== undefined && { scope }),
    ...(principal !== undefined && { principal }),
    ...(action !== undefined && { action }),
    ...(options['duties'] === true && { duties: true }),
    ...daysOf(text(options['unused'])),
    ...environmentsOf(options['environments']),
  }
  const answered = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/access/review', body })
  const rows = listOf(memberOf(answered, 'rows'))
  if (options['json'] === true) printJson(rows)
  else if (options['csv'] === true) printCsv(rows)
  else printTable(rows)
  return rows.some(row => textsOf(row, 'findings').length > 0) ? exits.bad : exits.good
}

/** `--environments` alone is the tag that most use. */
function environmentsOf(tag: unknown): { readonly environments?: string } {
  if (tag === undefined || tag === false) return {}
  return { environments: text(tag) ?? 'environment' }
}

/** Raises where it is no number of days. */
function daysOf(days: string | undefined): { readonly unusedDays?: number } {
  if (days === undefined) return {}
  if (/^[1-9]\d{0,3}$/.test(days)) return { unusedDays: Number(days) }
  throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: '--unused takes a number of days, such as 90' })
}

const textsOf = (row: unknown, name: string): readonly string[] => listOf(memberOf(row, name)).map(textOf)

/** `Key Vault Crypto User at rg, by group g`. */
function reasonOf(grant: unknown): string {
  const [name, scope, via] = ['name', 'scope', 'via'].map(member => textOf(memberOf(grant, member)))
  const place = scope?.split('/').at(-1)
  const where = memberOf(grant, 'by') === 'role' ? ` at ${place === '' || place === undefined ? '/' : place}` : ' by policy'
  const condition = memberOf(grant, 'condition') === undefined ? '' : ', under a condition'
  return `${name}${where}${via === undefined || via === '' ? '' : `, group ${via}`}${condition}`
}

function printTable(rows: readonly unknown[]): void {
  if (rows.length === 0) {
    print('nobody')
    return
  }
  const header = ['VAULT', 'MODEL', 'PRINCIPAL', 'MAY', 'BY', 'FINDINGS']
  const lines = rows.map(row => [
    textOf(memberOf(row, 'resource')),
    textOf(memberOf(row, 'model')),
    textOf(memberOf(row, 'principal')),
    shortened(row),
    listOf(memberOf(row, 'grants')).map(reasonOf).join('; '),
    textsOf(row, 'findings')
      .map(finding => `! ${finding}${finding === 'Unused' ? ` (${textsOf(row, 'unused').join(', ')})` : ''}`)
      .join(' '),
  ])
  print(columns([header, ...lines]))
}

/** `keys get list sign; manage, delete`; what depends on a condition with a question mark. */
function shortened(row: unknown): string {
  const pairs = [...textsOf(row, 'data'), ...textsOf(row, 'conditional').map(word => `${word}?`)].map(word => word.split(/ (.*)/, 2))
  const kinds = Map.groupBy(pairs, ([kind = '']) => kind)
  const data = [...kinds].map(([kind, words]) => `${kind} ${[...new Set(words.map(([, word = '']) => word))].join(' ')}`.trim())
  return [...data, textsOf(row, 'management').join(', ')].filter(part => part !== '').join('; ')
}

const csvHeader = 'resource,resourceId,model,principal,objectId,type,management,data,conditional,via,unused,lastUse,findings'

function printCsv(rows: readonly unknown[]): void {
  print(csvHeader)
  for (const row of rows) {
    const plain = ['resource', 'resourceId', 'model', 'principal', 'objectId', 'type'].map(name => textOf(memberOf(row, name)))
    const [management, data, conditional, unused, findings] = ['management', 'data', 'conditional', 'unused', 'findings'].map(name =>
      textsOf(row, name).join('; '),
    )
    const reasons = listOf(memberOf(row, 'grants')).map(reasonOf).join('; ')
    const lastUse = textOf(memberOf(row, 'lastUse'))
    print(csvLine([...plain, ...[management, data, conditional, reasons, unused, lastUse, findings].map(textOf)]))
  }
}
