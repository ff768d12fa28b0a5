import { ask, dataDirGiven } from './admin.ts'
import { commands } from './command-table.ts'
import { completionsOf } from './completion-words.ts'
import { listOf, memberOf, textOf } from './json-value.ts'
import { print } from './output.ts'

/** Who waits with the finger on the key gets what there is by then. */
const capMs = 300

/** `keystead __complete WORD…`: a line each, of what may stand for the last word. Says nothing where it does not know. */
export async function complete(typed: readonly string[]): Promise<number> {
  const at = typed.indexOf('--data')
  const dataDir = dataDirGiven({ data: at === -1 ? undefined : typed[at + 1] })
  const list = async (path: string, body: object, name: string): Promise<readonly unknown[]> =>
    inTime(ask(dataDir, { method: 'POST', path, body }).then(answer => listOf(memberOf(answer, name))))
  const found = await completionsOf(commands, typed, {
    vaults: async () => (await list('/vaults/list', { deleted: false }, 'vaults')).map(vault => textOf(memberOf(vault, 'name'))),
    keys: async () =>
      (await list('/keys/list', {}, 'keys')).map(key => textOf(memberOf(key, 'name'))).filter(name => !name.startsWith('arn:')),
  })
  for (const word of found) print(word)
  return 0
}

async function inTime(asking: Promise<readonly unknown[]>): Promise<readonly unknown[]> {
  const { promise, resolve } = Promise.withResolvers<readonly unknown[]>()
  const timer = setTimeout(resolve, capMs, [])
  asking.then(resolve, () => resolve([]))
  const found = await promise
  clearTimeout(timer)
  return found
}
