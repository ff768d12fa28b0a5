import { existsSync, readFileSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import type { Surroundings } from '#config'
import { CommandFailed, exits } from './output.ts'

type Said = NonNullable<Surroundings['file']>

/** Where a file is looked for that nobody named (people.md 8); the first that is there. */
function usualPlaces(cwd: string, home: string): readonly string[] {
  const folders = [cwd, join(process.env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'keystead'), '/etc/keystead']
  return folders.flatMap(folder => ['keystead.yaml', 'keystead.json'].map(name => join(folder, name)))
}

/** What the configuration file says: the one that is named, else one in the usual places, else nothing. Exit 3 for one that cannot be read. */
export async function readConfigFile(
  given: string | undefined,
  { cwd, home }: { readonly cwd: string; readonly home: string },
): Promise<Said | undefined> {
  const path = given === undefined ? usualPlaces(cwd, home).find(existsSync) : resolve(cwd, given)
  if (path === undefined) return undefined
  const values: Record<string, string> = {}
  flatten(await parsed(path), { under: '', path, values })
  return { path, values }
}

const unusable = (path: string, because: string): CommandFailed =>
  new CommandFailed({
    exit: exits.usage,
    code: 'ConfigFile',
    message: `${path} is no configuration.`,
    because,
    next: [`keystead config check ${path}`],
  })

async function parsed(path: string): Promise<unknown> {
  try {
    const text = readFileSync(path, 'utf8')
    // YAML costs a start as much as a wire: it is loaded with the first file of it. Aliases are not expanded.
    return extname(path) === '.json' ? JSON.parse(text) : (await import('yaml')).parse(text, { uniqueKeys: true, maxAliasCount: 0 })
  } catch (error) {
    throw unusable(path, error instanceof Error ? (error.message.split('\n')[0] ?? 'it cannot be read') : 'it cannot be read')
  }
}

interface Into {
  readonly under: string
  readonly path: string
  readonly values: Record<string, string>
}

const isNothing = (value: unknown): value is null | undefined => value === null || value === undefined
const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** `tls: { certFile: a }` is `tls.certFile`; a list is what a flag takes with commas. */
function flatten(value: unknown, { under, path, values }: Into): void {
  if (isNothing(value)) return
  if (Array.isArray(value)) {
    if (!value.every(isScalar)) throw unusable(path, `${under} is a list of words`)
    values[under] = value.map(String).join(',')
    return
  }
  if (isScalar(value)) {
    // `proxy: off` is the short way to say that there is none.
    values[under === 'proxy' ? 'proxy.port' : under] = String(value)
    return
  }
  if (typeof value === 'object')
    for (const [name, inner] of Object.entries(value)) flatten(inner, { under: under === '' ? name : `${under}.${name}`, path, values })
}
