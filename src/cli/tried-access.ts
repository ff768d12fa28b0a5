import { listOf, memberOf, textOf } from './json-value.ts'
import { columns, exits, print, printJson } from './output.ts'
import { quoted } from './shell-words.ts'

/** `✓ KeySign  …` or `✗ KeySign  …  why`. Exit code 1 where one is denied. */
export function tellTried(answer: unknown, asJson: boolean): number {
  const tried = listOf(memberOf(answer, 'tried'))
  const denied = tried.filter(one => memberOf(one, 'allow') !== true)
  if (asJson) printJson(answer)
  else if (tried.length > 0) {
    print(columns(tried.map(triedLine)))
    print(`${tried.length - denied.length} of ${tried.length} operations allowed; nothing was done`)
  }
  return denied.length > 0 ? exits.bad : exits.good
}

const triedLine = (one: unknown): readonly string[] => [
  `${memberOf(one, 'allow') === true ? '✓' : '✗'} ${textOf(memberOf(one, 'operation'))}`,
  textOf(memberOf(one, 'action')),
  textOf(memberOf(one, 'because')),
]

const sources: Readonly<Record<string, string>> = {
  question: 'as asked',
  diskEncryptionSet: 'as every disk encryption set does',
  audit: 'as the audit has it of 90 days',
}

/** What is needed, the least that gives it, and what is held beyond it. */
export function tellMinimal(answer: unknown, asJson: boolean): number {
  if (asJson) {
    printJson(answer)
    return exits.good
  }
  const needs = listOf(memberOf(answer, 'needs')).map(textOf)
  print(
    needs.length === 0
      ? 'needs nothing: nothing was seen in 90 days'
      : `needs ${needs.join(', ')} (${sources[textOf(memberOf(answer, 'from'))]})`,
  )
  const statement = memberOf(answer, 'statement')
  if (statement !== undefined) print(`least statement: ${JSON.stringify(statement)}`)
  const role = memberOf(answer, 'role')
  if (role !== undefined) print(`least role: ${textOf(memberOf(role, 'name'))}${surplusText(role)}`)
  else if (statement === undefined && needs.length > 0)
    print('no single built-in role gives all of it: give several, or make one of your own')
  for (const held of listOf(memberOf(answer, 'held'))) print(`held: ${heldText(held)}`)
  const grant = listOf(memberOf(answer, 'grant')).map(textOf)
  if (grant.length > 0) print(`grant: ${grant.map(quoted).join(' ')}`)
  return exits.good
}

const surplusText = (role: unknown): string =>
  memberOf(role, 'exactly') === true
    ? ', exactly that'
    : `, the least there is: it gives ${listOf(memberOf(role, 'gives')).map(textOf).join(', ')}`

function heldText(held: unknown): string {
  const surplus = listOf(memberOf(held, 'surplus')).length
  const beyond = surplus === 0 ? 'nothing beyond it' : `! ${surplus} more kinds of things`
  return `${textOf(memberOf(held, 'role'))} at ${textOf(memberOf(held, 'scope'))}: ${beyond}`
}
