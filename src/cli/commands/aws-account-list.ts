import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const found = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'GET', path: '/accounts' })
  const accounts = listOf(memberOf(found, 'accounts')).map(account => ({
    accountId: textOf(memberOf(account, 'accountId')),
    createdAt: new Date(Number(memberOf(account, 'createdAt'))).toISOString(),
  }))
  if (options['json'] === true) printJson(accounts)
  else for (const { accountId, createdAt } of accounts) print(`${accountId}  since ${createdAt}`)
  return exits.good
}
