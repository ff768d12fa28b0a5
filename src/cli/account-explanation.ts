import { listOf, memberOf, textOf } from './json-value.ts'
import { print } from './output.ts'

const countings: Readonly<Record<string, string>> = {
  yes: '',
  elsewhere: ' (not here, or not in such a request)',
  others: ' (for others)',
}

function statementText(considered: unknown): string {
  const [document, statement, effect, counts = ''] = ['document', 'statement', 'effect', 'counts'].map(name =>
    textOf(memberOf(considered, name)),
  )
  return `${effect} by statement ${statement} of ${document}${countings[counts] ?? ''}`
}

/** What an explanation says of documents of accounts: nothing where it is of somebody else. */
export function tellOfAccount(explained: unknown): void {
  const documents = memberOf(explained, 'documents')
  if (documents === undefined) return
  for (const statement of listOf(documents)) print(`  ${statementText(statement)}`)
  for (const action of listOf(memberOf(explained, 'allowed'))) print(`  ${textOf(action)}`)
  const add = memberOf(explained, 'add')
  if (add !== undefined) print(`add to ${textOf(memberOf(add, 'document'))}: ${JSON.stringify(memberOf(add, 'statement'))}`)
}
