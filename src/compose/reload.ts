import { fileNameOf, type Config, type ConfigReading } from '#config'
import type { Listeners } from './listeners.ts'
import type { World } from './world.ts'

interface ReloadParts {
  readonly listeners: Pick<Listeners, 'reloadCertificate'>
  /** Writes the entry of what was changed. */
  readonly enter: (details: Readonly<Record<string, string>>) => Promise<void>
}

/** What is changed while it runs; everything else is read once, at the start. */
const changeable: ReadonlySet<string> = new Set(['logLevel', 'throttle'])

/** SIGHUP: certificates are read anew, level and limits are those that are said now; what needs a restart is named, and stays as it was. A configuration that reads wrong changes nothing. */
export function reloader(world: World, { listeners, enter }: ReloadParts): (reading: ConfigReading) => Promise<void> {
  const { log, live } = world
  let { config } = world
  return async reading => {
    if (!reading.ok) {
      log.error('reload.refused', new Error(reading.problems.join('; ')))
      return
    }
    const moved = changed(config, reading.config)
    const [now, later] = [moved.filter(name => changeable.has(name)), moved.filter(name => !changeable.has(name))]
    const { logLevel, throttle } = reading.config
    config = { ...config, logLevel, throttle }
    log.setLevel(logLevel)
    live.throttle = throttle === 'on'
    listeners.reloadCertificate()
    for (const name of later) log.warn('reload.needs-restart', { name: fileNameOf(name) })
    const told = { changed: now.map(fileNameOf).join(' '), needsRestart: later.map(fileNameOf).join(' ') }
    log.info('reloaded', { name: told.changed, reason: told.needsRestart })
    await enter(told)
  }
}

const changed = (before: Config, after: Config): readonly string[] => {
  const values: Readonly<Record<string, unknown>> = { ...after }
  return Object.entries(before)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(values[name]))
    .map(([name]) => name)
}
