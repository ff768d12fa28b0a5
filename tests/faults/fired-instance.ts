// A real instance that is killed, traced or preloaded, as often as a test likes: bin/keystead on one data directory.
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ask } from '#cli/admin.ts'
import { freePort } from '#tests/clients/free-port.ts'
import { keepLog, logsIn, program, ranProgram, withoutProxies } from '#tests/clients/instance.ts'
import { leaveBehind } from '#tests/left-behind/leave.ts'
import { notedHere, secret, secretsIn } from '#tests/left-behind/noted.ts'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Launch {
  /** A program that runs it: `strace` and its arguments. */
  readonly under?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export interface FiredInstance extends AsyncDisposable {
  readonly dir: string
  readonly data: string
  readonly port: number
  /** Seconds from the launch to its ready line; throws where it ends before. */
  start(launch?: Launch): Promise<number>
  /** SIGKILL to all it began, now. */
  kill(): Promise<void>
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | null>
  /** Its end, whoever brings it. */
  ended(): Promise<Ended>
  log(): string
  /** By its admin socket. */
  ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown>
}

const readyWithinMs = 60_000

export async function firedInstance(parent: string): Promise<FiredInstance> {
  const dir = mkdtempSync(join(parent, 'keystead-fired-'))
  const data = join(dir, 'data')
  const port = await freePort()
  const logFile = join(dir, 'log')
  const sealFile = join(dir, 'seal.key')
  let child: ChildProcess | undefined
  let end: Promise<Ended> = Promise.resolve({ code: null, signal: null })
  const log = (): string => readFileSync(logFile, 'utf8')
  const signalled = async (signal: NodeJS.Signals): Promise<Ended> => {
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, signal)
    return end
  }
  return {
    dir,
    data,
    port,
    log,
    async start(launch = {}) {
      const words = ['start', '--data', data, '--port', `${port}`, '--proxy-port', 'off', '--seal-file', sealFile]
      const started = performance.now()
      child = launched([...(launch.under ?? []), program, ...words], { logFile, env: launch.env ?? {} })
      end = endOf(child)
      await ready({ log, end })
      return (performance.now() - started) / 1_000
    },
    async kill() {
      await signalled('SIGKILL')
    },
    stop: async () => (await signalled('SIGTERM')).code,
    ended: async () => end,
    ask: async (method, path, body) => secretsIn(await ask(data, { method, path, body })),
    async [Symbol.asyncDispose]() {
      await signalled('SIGKILL')
      const readable = existsSync(data) && (await left({ dir, data, sealFile }))
      rmSync(dir, { recursive: true, force: true })
      if (readable) throw new Error('something secret can be read in what it wrote')
    },
  }
}

/** Looked through, now or with all the others; its audit too, where the damage lets it be read. */
async function left({ dir, data, sealFile }: { readonly dir: string; readonly data: string; readonly sealFile: string }): Promise<boolean> {
  if (existsSync(sealFile)) secret('a seal', readFileSync(sealFile))
  const { code, stdout: audit } = await ranProgram(['audit', 'query', '--json', '--data', data, '--seal-file', sealFile], dir)
  return leaveBehind({ data, told: { ...logsIn(dir), ...(code === 0 && { audit }) } }, notedHere())
}

function launched(
  words: readonly string[],
  how: { readonly logFile: string; readonly env: Readonly<Record<string, string>> },
): ChildProcess {
  const [command = '', ...rest] = words
  keepLog(how.logFile)
  const output = openSync(how.logFile, 'w')
  const child = spawn(command, rest, {
    stdio: ['ignore', output, output],
    detached: true,
    env: { ...withoutProxies(), KEYSTEAD_THROTTLE: 'off', ...how.env },
  })
  closeSync(output)
  return child
}

async function endOf(child: ChildProcess): Promise<Ended> {
  await once(child, 'exit')
  return { code: child.exitCode, signal: child.signalCode }
}

async function ready({ log, end }: { readonly log: () => string; readonly end: Promise<Ended> }): Promise<void> {
  const latest = performance.now() + readyWithinMs
  while (!/^Ready/m.test(log())) {
    const over = await Promise.race([end, pause(10, undefined)])
    if (over !== undefined || performance.now() > latest) throw new Error(`no line beginning with Ready:\n${log()}`)
  }
}
