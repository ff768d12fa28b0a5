import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, note, print, printJson } from '#cli/output.ts'
import { passwordFor } from '#cli/user-password.ts'

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const displayName = text(options['displayName'])
  const { password, generated } = await passwordFor(options)
  const made = await ask(dataDirOf(data === undefined ? {} : { data }), {
    method: 'POST',
    path: '/users',
    body: { name, password, mustChange: options['mustChange'] === true, ...(displayName !== undefined && { displayName }) },
  })
  const objectId = textOf(memberOf(made, 'objectId'))
  if (options['json'] === true) printJson({ name, objectId, ...(generated && { password }) })
  else {
    print(`${name}  ${textOf(memberOf(made, 'displayName'))}  objectId ${objectId}${generated ? `  password ${password}` : ''}`)
    if (generated) note('the password is shown this once')
  }
  return exits.good
}
