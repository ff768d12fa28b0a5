import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, fchmodSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { listOf, memberOf, textOf } from './json-value.ts'
import { CommandFailed, exits, print, printJson } from './output.ts'
import { readyLines } from './readiness.ts'

const readinessShape = z.looseObject({
  ready: z.boolean(),
  seconds: z.number(),
  port: z.number().optional(),
  seals: z.array(z.string()),
  state: z.string(),
  pid: z.number(),
  domain: z.string(),
  dataDir: z.string(),
  proxyPort: z.number().optional(),
  development: z.boolean(),
  because: z.string().optional(),
})

/** What it logs, and why it did not start: its owner's alone. */
export const logFileOf = (dataDir: string): string => join(dataDir, 'keystead.log')

/** Starts the same command in a session of its own, and ends when that one answers (0), is sealed (8), or says why it does not start. */
export async function startDetached(dataDir: string, json: boolean): Promise<number> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const logFile = logFileOf(dataDir)
  const log = openSync(logFile, 'a', 0o600)
  fchmodSync(log, 0o600)
  const before = fstatSync(log).size
  const words = process.argv.slice(2).filter(word => word !== '--detach' && word !== '--json')
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...words, '--json'], {
    detached: true,
    stdio: ['ignore', 'pipe', log],
  })
  closeSync(log)
  const line = await firstLineOf(child)
  if (line === undefined)
    throw whyNot(child.exitCode ?? exits.unknown, { logFile, told: readFileSync(logFile).subarray(before).toString('utf8') })
  const told = readinessShape.parse(JSON.parse(line))
  child.unref()
  if (json) printJson({ ...told, logFile })
  else for (const text of [...readyLines(told), `pid ${told.pid}  log ${logFile}`]) print(text)
  return told.ready ? exits.good : exits.notReady
}

/** `undefined`: it ended without one. */
async function firstLineOf(child: ChildProcess): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>()
  const { stdout } = child
  let text = ''
  stdout?.setEncoding('utf8')
  stdout?.on('data', (chunk: string) => {
    text += chunk
    if (text.includes('\n')) resolve(text)
  })
  child.on('error', reject)
  child.on('exit', () => resolve(undefined))
  const line = await promise
  // What it prints later goes nowhere; it does not mind.
  stdout?.destroy()
  return line
}

/** The failure that it wrote into its log is this command's own. */
function whyNot(exit: number, { logFile, told }: { readonly logFile: string; readonly told: string }): CommandFailed {
  for (const line of told.split('\n').toReversed()) {
    const error = errorIn(line)
    if (error === undefined) continue
    const because = textOf(memberOf(error, 'cause'))
    return new CommandFailed({
      exit,
      code: textOf(memberOf(error, 'code')),
      message: textOf(memberOf(error, 'message')),
      ...(because !== '' && { because }),
      next: listOf(memberOf(error, 'next')).map(textOf),
    })
  }
  return new CommandFailed({
    exit,
    code: 'NotStarted',
    message: 'Keystead ended before it answered.',
    because: `${logFile} has what it said`,
  })
}

function errorIn(line: string): unknown {
  try {
    return memberOf(JSON.parse(line), 'error')
  } catch {
    return undefined
  }
}
