import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const rotations = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'GET', path: '/rotations' })
  if (options['json'] === true) {
    printJson(rotations)
    return exits.good
  }
  const root = memberOf(rotations, 'root')
  const leaving = memberOf(root, 'leaving')
  print(`root key  epoch ${textOf(memberOf(root, 'rootEpoch'))}  ${leaving === null ? 'in use alone' : `leaving epoch ${textOf(leaving)}`}`)
  const compartments = memberOf(rotations, 'compartments')
  for (const one of Array.isArray(compartments) ? compartments : [])
    print(
      `${textOf(memberOf(one, 'job'))}  key ${textOf(memberOf(one, 'term'))}  ${textOf(memberOf(one, 'state'))}  ${textOf(memberOf(one, 'sealed'))} records`,
    )
  return exits.good
}
