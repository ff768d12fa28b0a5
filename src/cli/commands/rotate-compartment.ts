import { setTimeout as pause } from 'node:timers/promises'
import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'

const lookEveryMs = 500

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const dataDir = dataDirOf(data === undefined ? {} : { data })
  const begun = await ask(dataDir, { method: 'POST', path: '/compartments/rotate', body: { name } })
  const end = options['wait'] === false ? 'running' : await ended(dataDir, textOf(memberOf(begun, 'job')))
  if (end === 'failed')
    throw new CommandFailed({
      exit: exits.bad,
      code: 'RotationFailed',
      message: `The key of ${name} was not rotated to its end.`,
      next: ['keystead rotate status'],
    })
  if (options['json'] === true) printJson({ name, term: memberOf(begun, 'term'), state: end })
  else print(`${name}  key ${textOf(memberOf(begun, 'term'))}  ${end === 'running' ? 'begun' : 'the key before is destroyed'}`)
  return exits.good
}

/** Looks until the job has ended, and says how far it is. */
async function ended(dataDir: string, job: string): Promise<string> {
  let told = ''
  for (;;) {
    const rotations = memberOf(await ask(dataDir, { method: 'GET', path: '/rotations' }), 'compartments')
    const own: unknown = Array.isArray(rotations) ? rotations.find(one => memberOf(one, 'job') === job) : undefined
    const state = own === undefined ? 'succeeded' : textOf(memberOf(own, 'state'))
    if (state !== 'running') return state
    const sealed = textOf(memberOf(own, 'sealed'))
    if (sealed !== told) note(`${sealed} records sealed anew`)
    told = sealed
    await pause(lookEveryMs)
  }
}
