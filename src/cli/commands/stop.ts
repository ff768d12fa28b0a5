import { isDataDirectoryLocked } from '#adapters/sqlite/lock.ts'
import { ask, dataDirOf } from '#cli/admin.ts'
import { memberOf } from '#cli/json-value.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'

const patienceSeconds = 20
const lookAgainMs = 50
const drainSecondsMax = 3_600

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const dataDir = dataDirOf(data === undefined ? {} : { data })
  const drainSeconds = drainOf(text(options['drain']))
  const body = drainSeconds === undefined ? {} : { body: { drainSeconds } }
  const disksClosed = Number(memberOf(await ask(dataDir, { method: 'POST', path: '/stop', ...body }), 'disks') ?? 0)
  await released(dataDir, patienceSeconds + (drainSeconds ?? 0))
  if (options['json'] === true) printJson({ stopped: true, disksClosed })
  else
    print(
      disksClosed > 0 || drainSeconds !== undefined ? `drained ${disksClosed} ${disksClosed === 1 ? 'disk' : 'disks'}, stopped` : 'stopped',
    )
  return exits.good
}

function drainOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  const seconds = Number(given)
  if (/^\d{1,4}$/.test(given) && seconds <= drainSecondsMax) return seconds
  throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: `--drain is a number of seconds from 0 to ${drainSecondsMax}.` })
}

/** Stopped is who has let the data directory go: it may be started on, copied or removed now. The admin socket falls silent before. */
async function released(dataDir: string, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1_000
  while (isDataDirectoryLocked(dataDir)) {
    if (performance.now() > end) {
      throw new CommandFailed({
        exit: exits.busy,
        code: 'StillStopping',
        message: `The instance on ${dataDir} has not ended within ${seconds} s.`,
        next: [`keystead status --data ${dataDir}`],
      })
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, lookAgainMs)
    await promise
  }
}
