export interface FoundString {
  readonly value: string
  /** Of the string with its quotes. */
  readonly start: number
  readonly end: number
  /** Names of the members that lead to it, lists left out; valid only while it is looked at. */
  readonly path: readonly string[]
  readonly isName: boolean
  /** A member's name that its object has already. */
  readonly repeated: boolean
}

interface Level {
  /** Absent: a list. */
  readonly names?: Set<string>
  awaits: 'name' | 'value'
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g

/** Shows every string of a text that is JSON, in order: what `JSON.parse` hides are repeated names and where a string stands. */
export function eachString(json: string, look: (found: FoundString) => void): void {
  const levels: Level[] = []
  const path: string[] = []
  const marks: Readonly<Record<string, () => void>> = {
    '{': () => void levels.push({ names: new Set(), awaits: 'name' }),
    '[': () => void levels.push({ awaits: 'value' }),
    '}': () => void (levels.pop()?.awaits === 'value' && path.pop()),
    ']': () => void levels.pop(),
    ','() {
      const level = levels.at(-1)
      if (level?.names === undefined) return
      path.pop()
      level.awaits = 'name'
    },
  }
  for (const { 0: token, index: start } of json.matchAll(tokens)) {
    marks[token]?.()
    if (!token.startsWith('"')) continue
    const level = levels.at(-1)
    const value = String(JSON.parse(token))
    const isName = level?.awaits === 'name'
    look({ value, start, end: start + token.length, path, isName, repeated: isName && level.names?.has(value) === true })
    if (!isName) continue
    level.names?.add(value)
    level.awaits = 'value'
    path.push(value)
  }
}
