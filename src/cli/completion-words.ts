import type { CommandRow } from './command-row.ts'

export interface Names {
  vaults(): Promise<readonly string[]>
  /** `vault/key`. */
  keys(): Promise<readonly string[]>
}

const fixedOf = ({ words }: CommandRow): readonly string[] => words.split(' ').filter(word => /^[a-z]/.test(word))
const placeholderOf = ({ words }: CommandRow, at: number): string => words.split(' ').filter(word => !/^[a-z]/.test(word))[at] ?? ''

/** What may stand where the cursor is: the next word of a command, an option of it, or a name. `typed`: what stands before the cursor, the last unfinished. */
export async function completionsOf(rows: readonly CommandRow[], typed: readonly string[], names: Names): Promise<readonly string[]> {
  const before = withoutOptions(rows, typed.slice(0, -1))
  const last = typed.at(-1) ?? ''
  const found = await candidatesOf(rows, { before, last, names })
  return [...new Set(found)].filter(word => word.startsWith(last)).sort()
}

/** Words of the command itself: options are left out, and what stands for their values. */
function withoutOptions(rows: readonly CommandRow[], typed: readonly string[]): readonly string[] {
  const valued = new Set(
    rows.flatMap(({ options = [] }) => options.filter(([flags]) => flags.includes('<')).map(([flags]) => flags.split(' ')[0])),
  )
  return typed.filter((word, at) => !word.startsWith('-') && !valued.has(typed[at - 1]))
}

interface At {
  readonly before: readonly string[]
  readonly last: string
  readonly names: Names
}

async function candidatesOf(rows: readonly CommandRow[], { before, last, names }: At): Promise<readonly string[]> {
  const row = rows.filter(one => startsWith(before, fixedOf(one))).toSorted((a, b) => fixedOf(b).length - fixedOf(a).length)[0]
  if (last.startsWith('-')) return row === undefined ? ['--help'] : ['--help', ...optionsOf(row)]
  const next = rows.filter(one => startsWith(fixedOf(one), before)).flatMap(one => fixedOf(one)[before.length] ?? [])
  if (next.length > 0 || row === undefined) return next
  return namesAt(row, before.length - fixedOf(row).length, names)
}

const startsWith = (words: readonly string[], beginning: readonly string[]): boolean => beginning.every((word, at) => words[at] === word)

const optionsOf = ({ options = [] }: CommandRow): readonly string[] =>
  options.flatMap(([flags]) => flags.split(/[ ,]+/).filter(word => word.startsWith('--')))

async function namesAt(row: CommandRow, at: number, names: Names): Promise<readonly string[]> {
  const place = placeholderOf(row, at)
  if (/key/.test(place)) return names.keys()
  if (/vault/.test(place) || (/name/.test(place) && /^(?:vault (?:recover|purge)|rotate compartment) /.test(row.words)))
    return names.vaults()
  return []
}
