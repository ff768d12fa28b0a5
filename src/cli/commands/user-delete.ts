import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'

/** Sessions and tokens end for good: the name is typed once more, as an option. */
export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  if (text(options['confirm']) !== name)
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: `${name} would be deleted, with every session and token for good; nothing was done.`,
      next: [`keystead user delete ${name} --confirm ${name}`, `keystead user disable ${name}`],
    })
  const done = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/users/remove', body: { name } })
  const objectId = textOf(memberOf(done, 'objectId'))
  if (options['json'] === true) printJson({ name, objectId })
  else print(`${name}  objectId ${objectId}  deleted`)
  return exits.good
}
