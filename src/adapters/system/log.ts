import { pino, type DestinationStream } from 'pino'
import type { Log } from '#ports/log.ts'

export const logLevels = ['error', 'warn', 'info', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** What a line may carry. Anything else is a mistake of ours, and its value stays out of the log (people.md 8). */
const allowedFields = new Set(
  `address alarm apiVersion because bytes cause client code compartment count dataDir disk domain durationMs epoch event expires
   fingerprint freeBytes host job kind level lag method millis module name node operation outcome path pid plane port ports profile
   protocol proxy reason requestId retryInMs rows seal seconds seq signal size sizeBytes socket state status table term thread
   topic tunnels uri version warning worker`.split(/\s+/),
)
const fieldCharactersMax = 512

type Fields = Readonly<Record<string, string | number | boolean | undefined>>

/** A log whose level a signal may change. */
export interface SystemLog extends Log {
  setLevel(level: LogLevel): void
}

/** One JSON line an event on stderr, `time` and `level` first; `to` is another stream for tests. */
export function systemLog(options: {
  readonly level: LogLevel
  readonly node: string | number
  readonly to?: DestinationStream
}): SystemLog {
  const lines = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: level => ({ level }) },
    },
    // Written at once: the last line before an exit is the one that is wanted.
    options.to ?? pino.destination({ fd: 2, sync: true }),
  )
  const line = (event: string, fields: Fields) => ({ event, node: options.node, ...allowed(fields) })
  return {
    info: (event, fields = {}) => lines.info(line(event, fields)),
    warn: (event, fields = {}) => lines.warn(line(event, fields)),
    error: (event, cause, fields = {}) => lines.error({ ...line(event, fields), cause: textOf(cause) }),
    setLevel: level => {
      lines.level = level
    },
  }
}

function allowed(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (!allowedFields.has(name)) return [name, '[not logged]']
      return [name, typeof value === 'string' ? value.slice(0, fieldCharactersMax) : value]
    }),
  )
}

/** Stack and causes as text: an error's own properties may hold what it was about. */
function textOf(cause: unknown): string {
  if (!Error.isError(cause)) return typeof cause === 'string' ? cause : `thrown: ${typeof cause}`
  const text = cause.stack ?? `${cause.name}: ${cause.message}`
  return cause.cause === undefined ? text : `${text}\ncaused by ${textOf(cause.cause)}`
}
