import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [wanted = ''] }) => {
  const data = text(options['data'])
  if (wanted !== 'on' && wanted !== 'off') throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: 'It is on or off.' })
  const enabled = wanted === 'on'
  const tenant = text(options['tenant'])
  await ask(dataDirOf(data === undefined ? {} : { data }), {
    method: 'POST',
    path: '/tenant/password-grant',
    body: { enabled, ...(tenant !== undefined && { tenant }) },
  })
  if (options['json'] === true) printJson({ passwordGrant: enabled })
  else print(`clients ${enabled ? 'may' : 'may not'} show users' passwords themselves`)
  return exits.good
}
