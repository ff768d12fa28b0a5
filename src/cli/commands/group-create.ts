import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const description = text(options['description'])
  const made = await ask(dataDirOf(data === undefined ? {} : { data }), {
    method: 'POST',
    path: '/groups',
    body: { name, ...(description !== undefined && { description }) },
  })
  const objectId = textOf(memberOf(made, 'objectId'))
  if (options['json'] === true) printJson({ name, objectId })
  else print(`${name}  objectId ${objectId}`)
  return exits.good
}
