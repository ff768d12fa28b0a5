import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, note, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [accountId = ''] }) => {
  const data = text(options['data'])
  const made = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/accounts', body: { accountId } })
  if (options['json'] === true) printJson(made)
  else {
    print(`${accountId}  root ${textOf(memberOf(made, 'rootAccessKeyId'))}  secret ${textOf(memberOf(made, 'rootSecretAccessKey'))}`)
    note('the secret is shown this once')
  }
  return exits.good
}
