import { newPassphrase } from '#adapters/seals/spoken-words.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { text, type Invocation } from './command.ts'
import { CommandFailed, exits } from './output.ts'
import { secretFrom, userPassword } from './secret-input.ts'

type Options = Invocation['options']

export interface ChosenPassword {
  readonly password: string
  /** Made here: nobody has seen it yet. */
  readonly generated: boolean
}

/** By `--generate`, from `--password-file`, or typed twice where nobody sees it. */
export async function passwordFor(options: Options): Promise<ChosenPassword> {
  const file = text(options['passwordFile'])
  if (options['generate'] === true) {
    if (file !== undefined) return refuse('--generate and --password-file do not go together.')
    // Words alone are of one kind; the service asks for three.
    return { password: `${capital(newPassphrase(systemRandom()))} 1`, generated: true }
  }
  if (file !== undefined) return { password: await secretFrom(file, '', userPassword), generated: false }
  const password = await secretFrom(undefined, 'New password: ', userPassword)
  const again = await secretFrom(undefined, 'The same again: ', userPassword)
  return password === again ? { password, generated: false } : refuse('The two were not the same; nothing was done.')
}

const capital = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1)

function refuse(message: string): never {
  throw new CommandFailed({ exit: exits.usage, code: 'Usage', message })
}
