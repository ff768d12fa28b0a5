// A throw-away instance of the product as a user starts it, its folder where the measurement wants it.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { z } from 'zod'

const run = promisify(execFile)

export const project = join(import.meta.dirname, '..')
const program = join(project, 'bin', 'keystead')
const readyWithinMs = 120_000
const endedWithinMs = 20_000

const environmentShape = z.looseObject({
  domain: z.string(),
  port: z.int(),
  caFile: z.string(),
  tenantId: z.string(),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  administrator: z.object({ clientId: z.string(), clientSecret: z.string(), objectId: z.string() }),
})
export type Environment = Readonly<z.output<typeof environmentShape>>

const credentialsShape = z.object({ clientId: z.string(), clientSecret: z.string(), objectId: z.string() })
export type Credentials = Readonly<z.output<typeof credentialsShape>>

/** What a folder holds whether an instance runs in it or not. */
export interface Place {
  readonly folder: string
  readonly data: string
  readonly port: number
}

export interface Instance extends Place {
  readonly pid: number
  readonly environment: Environment
  /** From spawning to the ready line, in milliseconds. */
  readonly readyMs: number
  /** The `--json` answer of a command; throws where it fails. */
  ask(...words: readonly string[]): Promise<unknown>
  addApplication(name: string): Promise<Credentials>
  /** SIGTERM; throws where it does not end well. */
  stop(): Promise<void>
}

export async function newPlace(under: string): Promise<Place> {
  const folder = mkdtempSync(join(under, 'keystead-bench-'))
  const data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  return { folder, data, port: await freePort() }
}

export const removePlace = ({ folder }: Place): void => rmSync(folder, { recursive: true, force: true })

/** The environment of everything that is measured: nobody's proxies, no throttle, the seal inside the folder. */
export function environmentOf({ folder }: Place, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const mine = Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name) && !name.startsWith('KEYSTEAD_'))
  return { ...Object.fromEntries(mine), KEYSTEAD_THROTTLE: 'off', XDG_STATE_HOME: join(folder, 'state'), ...more }
}

/** Makes the bundle that is published, and says how to run it. */
export async function bundled(): Promise<Readonly<Record<string, string>>> {
  await run(process.execPath, [join(project, 'tools', 'bundle.ts')])
  return { KEYSTEAD_BUNDLE: 'on' }
}

/** Spawned, not yet ready. */
export function launch(place: Place, variables: Readonly<Record<string, string>> = {}): ChildProcess {
  const log = openSync(join(place.folder, 'log'), 'w')
  try {
    return spawn(program, ['start', '--data', place.data, '--port', place.port.toString()], {
      stdio: ['ignore', log, log],
      env: environmentOf(place, variables),
    })
  } finally {
    closeSync(log)
  }
}

export async function startInstance(place: Place, variables: Readonly<Record<string, string>> = {}): Promise<Instance> {
  const started = performance.now()
  const child = launch(place, variables)
  await ready(place, child)
  const readyMs = performance.now() - started
  const ask = async (...words: readonly string[]): Promise<unknown> => {
    const { stdout } = await run(program, [...words, '--data', place.data, '--json'], { env: environmentOf(place) })
    return JSON.parse(stdout)
  }
  return {
    ...place,
    pid: child.pid ?? 0,
    environment: environmentShape.parse(await ask('env')),
    readyMs,
    ask,
    addApplication: async name => credentialsShape.parse(await ask('app', 'add', name)),
    stop: () => end(child),
  }
}

async function ready(place: Place, child: ChildProcess): Promise<void> {
  const until = performance.now() + readyWithinMs
  while (!/^Ready/m.test(logOf(place))) {
    if (child.exitCode !== null || performance.now() > until) {
      child.kill('SIGKILL')
      throw new Error(`the instance did not get ready:\n${logOf(place)}`)
    }
    await pause(10)
  }
}

export const logOf = ({ folder }: Place): string => readFileSync(join(folder, 'log'), 'utf8')

export async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), endedWithinMs)
  await exited
  clearTimeout(late)
  if (!endedWell(child)) throw new Error(`the program ended with ${child.exitCode?.toString() ?? child.signalCode ?? 'nothing'}`)
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null
const endedWell = ({ exitCode }: ChildProcess): boolean => exitCode === 0

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
