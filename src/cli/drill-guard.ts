import { spawn } from 'node:child_process'
import { text as wholeText } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { enabledBy, type HandedOver, type KeySwitch } from './key-switch.ts'
import { exits } from './output.ts'

/** Puts the key on again where the command that put it off is gone without having done so, however it went. */
export interface Guard {
  /** It was put on: the guard goes. */
  dismiss(): void
}

/** A token counts for an hour. */
const triesForMs = 3_600_000
const restMs = 500
const settleMs = 1_500

/** A process of its own, in a session of its own: Ctrl-C of the terminal and kill -9 of the command reach it not. */
export async function startGuard(key: KeySwitch): Promise<Guard> {
  const program = process.argv[1] ?? ''
  const guard = spawn(process.execPath, [...process.execArgv, program, 'drill', 'KEY', '--guard'], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.on('error', () => undefined)
  guard.stdin.on('error', () => undefined)
  guard.stdin.write(`${JSON.stringify(await key.handOver())}\n`)
  guard.unref()
  return {
    dismiss() {
      guard.stdin.end('done\n')
    },
  }
}

/** The guard's side: waits for the end of its standard input. */
export async function keepGuard(): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
  const [given = '', last] = (await wholeText(process.stdin)).trim().split('\n')
  if (given === '' || last === 'done') return exits.good
  const handed = handedOver(given)
  await putOnAgain(async () => enabledBy(handed), { now: () => performance.now(), pause })
  return exits.good
}

/** Until `enable` says that it is on, and once more. */
export async function putOnAgain(
  enable: () => Promise<boolean>,
  time: { readonly now: () => number; readonly pause: (ms: number) => Promise<unknown> },
): Promise<void> {
  const end = time.now() + triesForMs
  while (!(await enable()) && time.now() < end) await time.pause(restMs)
  // What put it off may have been under way when its sender went.
  await time.pause(settleMs)
  await enable()
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `startGuard`, through a pipe that nobody else has
const handedOver = (line: string): HandedOver => JSON.parse(line) as HandedOver
