import { readFileSync } from 'node:fs'
import { ask } from './admin.ts'
import { text } from './command.ts'
import { memberOf, textOf } from './json-value.ts'
import { CommandFailed, exits } from './output.ts'

const everything = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] })

/** The account that `--account` names, else the administrator's own. */
export async function accountOf(options: Readonly<Record<string, unknown>>, dataDir: string): Promise<string> {
  const named = text(options['account'])
  return named ?? textOf(memberOf(await ask(dataDir, { method: 'GET', path: '/environment' }), 'accountId'))
}

/** The document in the file of that option; with `--administrator` the one that allows everything. */
export function documentOf(options: Readonly<Record<string, unknown>>, option: 'policyFile' | 'trustFile'): string | undefined {
  if (option === 'policyFile' && options['administrator'] === true) return everything
  const file = text(options[option])
  return file === undefined ? undefined : contentsOf(file)
}

function contentsOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const because = cause instanceof Error ? { because: cause.message } : {}
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: `${file} cannot be read.`, ...because })
  }
}
