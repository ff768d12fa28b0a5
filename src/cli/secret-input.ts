import { readFileSync, statSync } from 'node:fs'
import { text as wholeText } from 'node:stream/consumers'
import { CommandFailed, exits, note } from './output.ts'

/** What is asked for, as the refusal names it: the passphrase of a seal unless it is said otherwise. */
interface Asking {
  readonly what: string
  readonly option: string
}
const passphrase: Asking = { what: 'passphrase', option: '--passphrase-file' }
export const userPassword: Asking = { what: 'password', option: '--password-file' }

/** A secret is never an argument: it comes from a file, from standard input (`-`), or from a prompt that shows nothing (people.md 4.1). */
export async function secretFrom(file: string | undefined, question: string, asking = passphrase): Promise<string> {
  if (file === undefined) return hidden(question, asking)
  const text = file === '-' ? await wholeText(process.stdin) : ownFile(file)
  return text.replace(/\r?\n$/, '')
}

export const canAsk = (): boolean => process.stdin.isTTY

function ownFile(file: string): string {
  try {
    if ((statSync(file).mode & 0o077) !== 0) note(`! ${file} may be read by others: chmod 0600 ${file}`)
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : undefined
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: `${file} cannot be read.`,
      ...(because !== undefined && { because }),
    })
  }
}

/** One line from the terminal, without an echo. */
async function hidden(question: string, { what, option }: Asking): Promise<string> {
  const { stdin, stderr } = process
  if (!stdin.isTTY) {
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: `There is no terminal to ask for the ${what}.`,
      next: [`${option} FILE, or - for standard input`],
    })
  }
  // Before the question: who answers at once is not shown either.
  stdin.setRawMode(true)
  stderr.write(question)
  stdin.setEncoding('utf8')
  try {
    return await lineOf(stdin)
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}

const [interrupt, endOfInput, eraseLine] = ['\u0003', '\u0004', '\u0015']
const erase = new Set(['\u007f', '\b'])

async function lineOf(stdin: NodeJS.ReadStream): Promise<string> {
  const typed: string[] = []
  const chunks: AsyncIterable<unknown> = stdin.iterator({ destroyOnReturn: false })
  for await (const chunk of chunks) {
    for (const key of String(chunk)) {
      if (key === '\r' || key === '\n' || key === endOfInput) return typed.join('')
      if (key === interrupt) throw new CommandFailed({ exit: exits.interrupted, code: 'Interrupted', message: 'Nothing was done.' })
      if (key === eraseLine) typed.length = 0
      else if (erase.has(key)) typed.pop()
      else if (key >= ' ') typed.push(key)
    }
  }
  return typed.join('')
}
