import { ask, dataDirOf } from '#cli/admin.ts'
import { columns, exits, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const status = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'GET', path: '/status' })
  const state = textOf(memberOf(status, 'state'))
  if (options['json'] === true) printJson(status)
  else
    print(
      columns(
        Object.entries(typeof status === 'object' && status !== null ? status : {}).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      ),
    )
  return state === 'active' ? exits.good : exits.notReady
}
