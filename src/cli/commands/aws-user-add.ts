import { accountOf, documentOf } from '#cli/account-option.ts'
import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, note, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const dataDir = dataDirOf(data === undefined ? {} : { data })
  const policy = documentOf(options, 'policyFile')
  const path = `/accounts/${encodeURIComponent(await accountOf(options, dataDir))}/users`
  const made = await ask(dataDir, { method: 'POST', path, body: { name, ...(policy !== undefined && { policy }) } })
  if (options['json'] === true) printJson(made)
  else {
    const of = (member: string): string => textOf(memberOf(made, member))
    print(`${of('arn')}  ${of('accessKeyId')}  secret ${of('secretAccessKey')}`)
    note('the secret is shown this once')
  }
  return exits.good
}
