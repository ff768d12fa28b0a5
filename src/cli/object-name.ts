import { CommandFailed, exits } from './output.ts'

/** A key or secret of a vault as it is named on the command line. */
export interface ObjectName {
  /** In lower case. */
  readonly vault: string
  readonly name: string
  readonly version: string | undefined
  /** `kv1/k1`: as messages and `--confirm` have it. */
  readonly shown: string
  /** `/keys/k1`, with the version where one is named. */
  readonly path: string
}

const url = /^https:\/\/(?<vault>[^./:]+)\.[^/]+\/(?<kind>keys|secrets)\/(?<rest>.+)$/i
const shape = /^(?<vault>[0-9a-z-]+)\/(?<name>[0-9a-z-]+)(?:\/(?<version>[0-9a-z]+))?\/?$/i

/** `kv1/k1`, `kv1/k1/VERSION`, or its URL. Raises `CommandFailed`. */
export function objectNamed(text: string, kind: 'keys' | 'secrets'): ObjectName {
  const groups = shape.exec(wordsOf(text, kind))?.groups
  const what = kind === 'keys' ? 'key' : 'secret'
  if (groups === undefined)
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: `${text || 'Nothing'} is no ${what}: name it VAULT/NAME, VAULT/NAME/VERSION, or by its URL.`,
    })
  const { vault: given = '', name = '', version } = groups
  const vault = given.toLowerCase()
  return { vault, name, version, shown: `${vault}/${name}`, path: ['', kind, name, ...(version === undefined ? [] : [version])].join('/') }
}

/** A URL as its words; of something else than is asked for, none. */
function wordsOf(text: string, kind: 'keys' | 'secrets'): string {
  const groups = url.exec(text)?.groups
  if (groups === undefined) return text
  return groups['kind']?.toLowerCase() === kind ? `${groups['vault']}/${groups['rest']}` : ''
}
