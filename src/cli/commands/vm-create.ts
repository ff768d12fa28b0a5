import { ask, dataDirOf } from '#cli/admin.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const size = text(options['size'])
  const body = { name, ...(size !== undefined && { size }) }
  const made = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/machines', body })
  if (options['json'] === true) printJson(made)
  else
    print(
      `${textOf(memberOf(made, 'name'))}  identity ${textOf(memberOf(memberOf(made, 'identity'), 'principalId'))}  ${textOf(memberOf(made, 'id'))}`,
    )
  return exits.good
}
