interface Span {
  readonly start: number
  readonly end: number
}

interface Mark {
  readonly token: string
  readonly index: number
  /** Of brackets: the same of both of a pair. Of all else: of the pair around it. */
  readonly depth: number
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g

function marksOf(json: string): readonly Mark[] {
  let depth = 0
  return [...json.matchAll(tokens)].map(({ 0: token, index }) => {
    if (token === '{' || token === '[') depth += 1
    const mark = { token, index, depth }
    if (token === '}' || token === ']') depth -= 1
    return mark
  })
}

const isStatementKey = ({ token, depth }: Mark, next: Mark | undefined): boolean =>
  depth === 1 && next?.token === ':' && token.startsWith('"') && JSON.parse(token) === 'Statement'

/** Where the statements of a policy stand in its text, in their order. The text is one that was read as a policy. */
export function statementSpans(json: string): readonly Span[] {
  const marks = marksOf(json)
  const value = marks.slice(marks.findIndex((mark, at) => isStatementKey(mark, marks[at + 1])) + 2)
  const [first] = value
  if (first === undefined) return []
  const end = value.findIndex(({ token, depth }) => depth === first.depth && (token === ']' || token === '}'))
  const depth = first.token === '[' ? first.depth + 1 : first.depth
  const ofObjects = value.slice(0, end + 1).filter(mark => mark.depth === depth)
  const ends = ofObjects.filter(({ token }) => token === '}')
  const starts = ofObjects.filter(({ token }) => token === '{')
  return starts.map(({ index }, at) => ({ start: index, end: (ends[at]?.index ?? index) + 1 }))
}

/** A place in a text, as the service counts: from 1. */
export function positionIn(text: string, offset: number) {
  const before = text.slice(0, offset)
  return { Line: before.split('\n').length, Column: offset - before.lastIndexOf('\n') }
}
