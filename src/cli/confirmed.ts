import { createInterface } from 'node:readline/promises'
import { text, type Invocation } from './command.ts'
import { CommandFailed, exits, note } from './output.ts'
import { quoted } from './shell-words.ts'

export interface Dangerous {
  readonly options: Invocation['options']
  /** What is typed once more. */
  readonly name: string
  /** What would come of it, in lines. */
  readonly because: readonly string[]
  /** The command as it was called. */
  readonly command: string
}

/** What is dangerous is told, and the name typed: on a terminal, or as `--confirm`. Else nothing is done, exit code 3 (people.md 4.1). */
export async function confirmed({ options, name, because, command }: Dangerous): Promise<void> {
  const given = text(options['confirm'])
  if (given === name) return
  const refuse = (message: string): never => {
    throw new CommandFailed({
      exit: exits.usage,
      code: 'NotConfirmed',
      message,
      because: because.map(line => line.trim()).join('\n  '),
      next: [`${command} --confirm ${quoted(name)}`],
    })
  }
  if (given !== undefined) return refuse(`${given} is not ${name}; nothing was done.`)
  if (!process.stdin.isTTY || !process.stderr.isTTY || options['json'] === true)
    return refuse(`This is to be confirmed by name; nothing was done.`)
  for (const line of because) note(line)
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  const typed = await asking.question(`Type ${name} to go on: `)
  asking.close()
  if (typed.trim() !== name) throw new CommandFailed({ exit: exits.usage, code: 'NotConfirmed', message: 'Nothing was done.' })
}
