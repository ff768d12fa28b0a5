import { ask, dataDirGiven } from '#cli/admin.ts'
import { columns, exits, print, printJson } from '#cli/output.ts'
import type { Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { statusLine } from '#cli/status-line.ts'

/** Each look has an entry of its own: they are not many. */
const lookEveryMs = 2_000

export const run: Run = async ({ options }) => {
  const dataDir = dataDirGiven(options)
  if (options['watch'] === true) return watched(dataDir, options['json'] === true)
  const status = await statusOf(dataDir)
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
  return textOf(memberOf(status, 'state')) === 'active' ? exits.good : exits.notReady
}

const statusOf = async (dataDir: string): Promise<unknown> => ask(dataDir, { method: 'GET', path: '/status' })

/** A line each time, until it is interrupted (130) or nobody answers any more (4). */
async function watched(dataDir: string, json: boolean): Promise<number> {
  const ended = Promise.withResolvers<'interrupted'>()
  process.once('SIGINT', () => ended.resolve('interrupted'))
  for (;;) {
    const status = await statusOf(dataDir)
    if (json) printJson(status)
    else print(`${new Date().toISOString().slice(11, 19)}  ${statusLine(status, Date.now())}`)
    const { promise, resolve } = Promise.withResolvers<'again'>()
    const timer = setTimeout(resolve, lookEveryMs, 'again')
    if ((await Promise.race([promise, ended.promise])) === 'again') continue
    clearTimeout(timer)
    return exits.interrupted
  }
}
