import { readFileSync, writeFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { text, type Invocation } from './command.ts'
import { CommandFailed, exits, note, print } from './output.ts'

/** All bytes of a file, or of standard input (`-`). */
export async function bytesFrom(option: string, file: string | undefined): Promise<Buffer> {
  if (file === undefined)
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: `${option} FILE is missing; - is standard input.` })
  if (file === '-') return buffer(process.stdin)
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: `${file} cannot be read.`,
      ...(cause instanceof Error && { because: cause.message }),
    })
  }
}

/** For the owner alone; a file that others may read already is narrowed. */
export function writeOwn(file: string, bytes: Uint8Array): void {
  writeFileSync(file, bytes, { mode: 0o600 })
}

/** Bytes go raw into `--output`, else as base64url to standard output. */
export function putBytes(options: Invocation['options'], bytes: Uint8Array): void {
  const output = text(options['output'])
  if (output === undefined) print(Buffer.from(bytes).toString('base64url'))
  else {
    writeOwn(output, bytes)
    note(`${bytes.length} bytes in ${output}`)
  }
}
