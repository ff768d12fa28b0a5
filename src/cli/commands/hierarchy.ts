import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'

const words: Readonly<Record<string, string>> = { deletedVault: 'vault, deleted', accountRegion: 'account and Region' }

const termsOf = (compartment: unknown): string => {
  const terms = listOf(memberOf(compartment, 'terms')).map(textOf)
  return terms.length === 1 ? `key ${terms.join()}` : `keys ${terms.join(', ')}: being rotated`
}

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const shown = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'GET', path: '/hierarchy' })
  if (options['json'] === true) {
    printJson(shown)
    return exits.good
  }
  const root = memberOf(shown, 'root')
  const leaving = memberOf(root, 'leaving')
  const seals = listOf(memberOf(shown, 'seals')).map(seal => textOf(memberOf(seal, 'kind')))
  print(`seals: ${seals.join(', ')}`)
  print(`└─ root key  epoch ${textOf(memberOf(root, 'rootEpoch'))}${leaving === null ? '' : `, leaving epoch ${textOf(leaving)}`}`)
  const compartments = listOf(memberOf(shown, 'compartments'))
  for (const [index, one] of compartments.entries()) {
    const kind = textOf(memberOf(one, 'kind'))
    const branch = index === compartments.length - 1 ? '└─' : '├─'
    const name = kind === 'installation' ? '' : `  ${textOf(memberOf(one, 'name'))}`
    print(`   ${branch} ${words[kind] ?? kind}${name}  ${termsOf(one)}`)
  }
  print('Below each: a key of its own for every record, and one for every key, secret and disk; they are derived, and kept nowhere.')
  return exits.good
}
