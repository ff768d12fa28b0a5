// A throw-away instance as a user would start one: bin/keystead, an empty folder, free ports.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, globSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { clientVariables } from '#cli/client-environment.ts'
import { leaveBehind } from '#tests/left-behind/leave.ts'
import { notedHere, notedIn, refusalTold, secret, secretsIn } from '#tests/left-behind/noted.ts'
import { freePort } from './free-port.ts'

/** What another process needs to go on with an instance that this one started. */
const handOver = z.object({
  dir: z.string(),
  ports: z.object({ tls: z.number(), proxy: z.number() }),
  pid: z.number(),
  env: z.record(z.string(), z.string()),
})
type HandOver = z.output<typeof handOver>

const environmentShape = z.looseObject({
  domain: z.string(),
  port: z.number(),
  caFile: z.string(),
  bundleFile: z.string(),
  proxy: z.string(),
  tenantId: z.guid(),
  subscriptionId: z.guid(),
  resourceGroup: z.string(),
  location: z.string(),
  endpoints: z.looseObject({ login: z.url(), management: z.url(), graph: z.url(), vaultSuffix: z.string() }),
  administrator: z.object({
    clientId: z.guid(),
    clientSecret: z.string(),
    objectId: z.guid(),
    awsAccessKeyId: z.string(),
    awsSecretAccessKey: z.string(),
  }),
})
export type Environment = z.output<typeof environmentShape>

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Instance {
  /** Everything of it, and room for what a test writes. */
  readonly dir: string
  readonly data: string
  readonly environment: Environment
  /** What a client of it is started with: names by the proxy, trust by files (`keystead env`). */
  readonly clientEnvironment: NodeJS.ProcessEnv
  /** A command that finds the instance by `--data` alone; never throws for its exit code. */
  run(...words: readonly string[]): Promise<Ran>
  /** Its `--json` answer; throws where it fails. */
  ask(...words: readonly string[]): Promise<unknown>
  /** SIGTERM to all it began; the exit code where this process started it. */
  stop(): Promise<number | undefined>
  /** Power off: no goodbye. */
  kill(): Promise<void>
  /** Again on the same data, ports and trust. */
  start(): Promise<void>
  /** What it printed so far. */
  log(): string
  handOver(): string
}

const project = join(import.meta.dirname, '..', '..')
export const program = join(project, 'bin', 'keystead')
const readyWithinMs = 60_000
const endedWithinMs = 20_000

/** `env`: settings beside those that every test has. */
export async function startInstance(env: Readonly<Record<string, string>> = {}): Promise<Instance> {
  const dir = mkdtempSync(join(tmpdir(), 'keystead-'))
  const instance = instanceIn({ dir, ports: { tls: await freePort(), proxy: await freePort() }, pid: 0, env })
  await instance.start()
  return instance
}

/** Of another process: it runs already. */
export async function attachInstance(text: string): Promise<Instance> {
  const instance = instanceIn(handOver.parse(JSON.parse(text)))
  await instance.know()
  return instance
}

/** All that an instance in this folder printed, by file. */
export const logsIn = (dir: string): Readonly<Record<string, string>> =>
  Object.fromEntries(globSync(join(dir, 'log*')).map((path): [string, string] => [basename(path), readFileSync(path, 'utf8')]))

/** Of one that has ended: true where something that was secret can be read in what it wrote. */
export async function removeInstance(instance: Instance): Promise<boolean> {
  const { dir, data } = instance
  for (const path of globSync(join(dir, 'state', '**', '*'))) if (statSync(path).isFile()) secret('a seal', readFileSync(path))
  const { code, stdout: audit } = await instance.run('audit', 'query', '--json')
  const told = { ...logsIn(dir), ...(code === 0 && { audit }) }
  const readable = leaveBehind({ data, told }, [...notedHere(), ...notedIn(dir)])
  rmSync(dir, { recursive: true, force: true })
  return readable
}

interface Known extends Instance {
  /** Asks for the environment. */
  know(): Promise<void>
}

/** The leader of the process group, and how to learn that it ended. */
interface Leader {
  readonly pid: number
  readonly ended: () => Promise<number | undefined>
}

function instanceIn({ dir, ports, pid, env }: HandOver): Known {
  const data = join(dir, 'data')
  const logFile = join(dir, 'log')
  let leader: Leader = { pid, ended: async () => gone(pid) }
  let environment: Environment | undefined
  const known = (): Environment => {
    if (environment === undefined) throw new Error('the instance has not started')
    return environment
  }
  const run = async (...words: readonly string[]): Promise<Ran> => {
    const ran = await ranProgram([...words, '--data', data], dir)
    if (ran.code !== 0) refusalTold(ran.stderr)
    return ran
  }
  const ask = async (...words: readonly string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await run(...words, '--json')
    if (code !== 0) throw new Error(`keystead ${words.join(' ')}: exit ${code}\n${stderr}`)
    return secretsIn<unknown>(JSON.parse(stdout))
  }
  return {
    dir,
    data,
    run,
    ask,
    get environment() {
      return known()
    },
    get clientEnvironment() {
      return { ...withoutProxies(), ...clientVariables(known()) }
    },
    async know() {
      environment = environmentShape.parse(await ask('env'))
    },
    async start() {
      const child = launched({ data, dir, logFile, env, words: ['--port', `${ports.tls}`, '--proxy-port', `${ports.proxy}`] })
      leader = { pid: child.pid ?? 0, ended: endOf(child) }
      await ready(logFile, leader)
      // A test that forgets to stop it shall end all the same.
      child.unref()
      // Sealed, it tells nobody where it is: what was known before is what there is.
      if (!/^Ready.* sealed \(/m.test(this.log())) await this.know()
    },
    async stop() {
      return ended(leader, 'SIGTERM')
    },
    async kill() {
      await ended(leader, 'SIGKILL')
    },
    log: () => readFileSync(logFile, 'utf8'),
    handOver: () => JSON.stringify({ dir, ports, pid: leader.pid, env }),
  }
}

function launched(how: {
  readonly data: string
  readonly dir: string
  readonly logFile: string
  readonly env: Readonly<Record<string, string>>
  readonly words: readonly string[]
}): ChildProcess {
  keepLog(how.logFile)
  const output = openSync(how.logFile, 'w')
  const child = spawn(program, ['start', '--data', how.data, ...how.words], {
    stdio: ['ignore', output, output],
    detached: true,
    env: { ...withoutProxies(), KEYSTEAD_THROTTLE: 'off', XDG_STATE_HOME: join(how.dir, 'state'), ...how.env },
  })
  closeSync(output)
  return child
}

/** What it printed before it was started anew is looked through in the end too. */
export function keepLog(logFile: string): void {
  if (existsSync(logFile)) renameSync(logFile, `${logFile}-${globSync(`${logFile}-*`).length + 1}`)
}

const endOf = (child: ChildProcess): Leader['ended'] => {
  const { promise, resolve } = Promise.withResolvers<number | undefined>()
  child.on('exit', code => resolve(code ?? undefined))
  return async () => {
    child.ref()
    return promise
  }
}

async function ready(logFile: string, leader: Leader): Promise<void> {
  const end = performance.now() + readyWithinMs
  const over = leader.ended().then(() => true)
  while (!/^Ready/m.test(readFileSync(logFile, 'utf8'))) {
    if ((await Promise.race([over, pause(20, false)])) || performance.now() > end) {
      await ended(leader, 'SIGKILL')
      throw new Error(`no line beginning with Ready:\n${readFileSync(logFile, 'utf8')}`)
    }
  }
}

async function ended(leader: Leader, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | undefined> {
  signalled(leader.pid, signal)
  const patience = new AbortController()
  const code = await Promise.race([leader.ended(), pause(endedWithinMs, 'late' as const, { signal: patience.signal, ref: false })])
  patience.abort()
  if (code !== 'late') return code
  signalled(leader.pid, 'SIGKILL')
  throw new Error(`the instance was still there ${endedWithinMs / 1_000} s after ${signal}`)
}

/** To the whole group; that it is gone already is no failure. */
function signalled(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

async function gone(pid: number): Promise<undefined> {
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return undefined
    }
    await pause(20)
  }
}

/** A command of the program, with the seals of the instance in `dir`. */
export async function ranProgram(words: readonly string[], dir: string, more: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const { promise, resolve } = Promise.withResolvers<Ran>()
  const env = { ...process.env, XDG_STATE_HOME: join(dir, 'state'), ...more }
  execFile(program, words, { env, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
    const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
    resolve({ code, stdout, stderr })
  })
  return promise
}

/** Our own surroundings, without what would send a client elsewhere. */
export function withoutProxies(): NodeJS.ProcessEnv {
  const kept = new Set(['KEYSTEAD_CLIENTS_DIR', 'KEYSTEAD_LEFT_BEHIND', 'KEYSTEAD_NOTED'])
  const leading = /_proxy$|^AZURE_|^ARM_|^AWS_|^NODE_EXTRA_CA_CERTS$|^NODE_TEST_CONTEXT$|^KEYSTEAD_/i
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !leading.test(name) || kept.has(name)))
}
