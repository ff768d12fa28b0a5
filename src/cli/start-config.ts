import { homedir } from 'node:os'
import { readConfig, type Config, type ConfigReading, type Flags, type Surroundings } from '#config'
import { text } from './command.ts'
import { readConfigFile } from './config-file.ts'
import { CommandFailed, exits } from './output.ts'

type Options = Readonly<Record<string, unknown>>

/** Options of the command that are no settings of the instance. */
const own: ReadonlySet<string> = new Set(['json', 'config', 'detach'])

/** commander's camelCase option names, as the configuration spells its flags. */
function flagsOf(options: Options): Flags {
  const flags: Record<string, string | boolean> = {}
  for (const [name, value] of Object.entries(options)) {
    if (own.has(name)) continue
    const flag = name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
    if (flag === 'discovery-alias') flags['no-discovery-alias'] = value === false
    else if (typeof value === 'string' || typeof value === 'boolean') flags[flag] = value
  }
  return flags
}

/** Flags, variables and the file, as they are said here and now. What nobody says of the log is `warn`. */
export async function surroundingsOf(options: Options): Promise<Surroundings> {
  const at = { cwd: process.cwd(), home: homedir() }
  const file = await readConfigFile(text(options['config']) ?? text(process.env['KEYSTEAD_CONFIG']), at)
  const quiet = file?.values['log.level'] === undefined ? { KEYSTEAD_LOG_LEVEL: 'warn' } : {}
  return { flags: flagsOf(options), env: { ...quiet, ...process.env }, ...at, file }
}

export const readStartConfig = async (options: Options): Promise<ConfigReading> => readConfig(await surroundingsOf(options))

/** What `start` is told by its flags here. Exit 3, with all that is wrong, where it is told nonsense. */
export async function startConfig(options: Options): Promise<Config> {
  const reading = await readStartConfig(options)
  if (reading.ok) return reading.config
  throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: reading.problems.join('; ') })
}
