import { createInterface } from 'node:readline/promises'
import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import { canAsk } from '#cli/secret-input.ts'

const patienceMs = 20_000
const lookAgainMs = 50

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const dataDir = dataDirOf(data === undefined ? {} : { data })
  const domain = textOf(memberOf(await ask(dataDir, { method: 'GET', path: '/status' }), 'domain'))
  await confirmed(domain, text(options['confirm']))
  await ask(dataDir, { method: 'POST', path: '/seal' })
  const end = performance.now() + patienceMs
  while ((await stateOf(dataDir)) !== 'sealed') {
    if (performance.now() > end) {
      const next = [`keystead status --data ${dataDir}`, `keystead stop --data ${dataDir}`]
      throw new CommandFailed({ exit: exits.busy, code: 'StillSealing', message: 'It has not sealed within 20 s.', next })
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, lookAgainMs)
    await promise
  }
  if (options['json'] === true) printJson({ sealed: true })
  else print(`sealed; open it again with keystead unseal --data ${dataDir}`)
  return exits.good
}

const stateOf = async (dataDir: string): Promise<string> =>
  textOf(memberOf(await ask(dataDir, { method: 'GET', path: '/status' }), 'state'))

/** What stops everything is typed by name (people.md 4.1). */
async function confirmed(domain: string, given: string | undefined): Promise<void> {
  if (given === domain) return
  const next = [`keystead seal now --confirm ${domain}`]
  if (given !== undefined || !canAsk())
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: `--confirm ${domain} is needed; nothing was done.`, next })
  note('Every request will be refused and every export closed, until somebody unseals.')
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  const typed = await asking.question(`Type ${domain} to seal it: `)
  asking.close()
  if (typed.trim() !== domain) throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: 'Nothing was done.', next })
}
