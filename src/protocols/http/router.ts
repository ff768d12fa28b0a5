import type { Problem } from '#model/problem.ts'

/** What the router needs of an operation. */
export interface Routable {
  readonly method: string
  readonly path: string
}

export type Route<O> =
  | { readonly found: 'operation'; readonly operation: O; readonly params: Readonly<Record<string, string>> }
  | { readonly found: 'other-methods'; readonly methods: readonly string[] }
  /** `problem`: what the wire says of it, where it has more to say than that there is nothing. */
  | { readonly found: 'nothing'; readonly problem?: Problem }

interface Leaf<O> {
  readonly operation: O
  /** Where each parameter stands, counted from the front of the matched part. */
  readonly places: readonly (readonly [name: string, at: number])[]
  /** Name of the parameter that takes what is in front, where the path begins with one. */
  readonly front: string | undefined
}

interface Node<O> {
  readonly fixed: Map<string, Node<O>>
  parameter: Node<O> | undefined
  readonly leaves: Map<string, Leaf<O>>
}

const newNode = <O>(): Node<O> => ({ fixed: new Map(), parameter: undefined, leaves: new Map() })

/** `/keys/{name}/{version?}/sign` as the segment lists that it stands for: without, with, and with an empty `{version?}`. */
function variants(segments: readonly string[]): readonly (readonly string[])[] {
  const at = segments.findIndex(segment => segment.endsWith('?}'))
  if (at < 0) return [segments]
  const name = (segments[at] ?? '').replace('?}', '}')
  const [before, after] = [segments.slice(0, at), segments.slice(at + 1)]
  const without = variants([...before, ...after])
  const withIt = variants([...before, name, ...after])
  // An empty segment in the middle is what older clients send for "no version" (key-vault.md 0.2).
  return after.length === 0 ? [...without, ...withIt] : [...without, ...withIt, ...variants([...before, '', ...after])]
}

/** Matches raw segments: fixed ones in any case, before parameters; nothing is normalised. */
export function createRouter<O extends Routable>(operations: readonly O[]): (method: string, segments: readonly string[]) => Route<O> {
  const root = newNode<O>()
  const anywhere: { readonly node: Node<O>; readonly length: number }[] = []
  for (const operation of operations) {
    const segments = operation.path.split('/').slice(1)
    const front = segments[0]?.endsWith('*}') === true ? segments[0].slice(1, -2) : undefined
    for (const variant of variants(front === undefined ? segments : segments.slice(1))) add(operation, front, variant)
  }

  function add(operation: O, front: string | undefined, segments: readonly string[]): void {
    let node = root
    if (front !== undefined) {
      node = newNode<O>()
      anywhere.push({ node, length: segments.length })
    }
    const places: [string, number][] = []
    for (const [at, segment] of segments.entries()) {
      if (segment.startsWith('{')) {
        places.push([segment.slice(1, -1), at])
        node = node.parameter ??= newNode<O>()
      } else {
        node = node.fixed.getOrInsertComputed(segment.toLowerCase(), () => newNode<O>())
      }
    }
    if (!node.leaves.has(operation.method)) node.leaves.set(operation.method, { operation, places, front })
  }

  return (method, segments) => {
    const met = new Set<string>()
    const leaf = match(root, { segments, at: 0, method, met })
    if (leaf !== undefined) return found(leaf, { segments, from: 0 })
    for (const { node, length } of anywhere) {
      if (length > segments.length) continue
      const tail = match(node, { segments, at: segments.length - length, method, met })
      if (tail !== undefined) return found(tail, { segments, from: segments.length - length })
    }
    return met.size > 0 ? { found: 'other-methods', methods: [...met] } : { found: 'nothing' }
  }
}

interface Walk {
  readonly segments: readonly string[]
  readonly at: number
  readonly method: string
  readonly met: Set<string>
}

function match<O>(node: Node<O>, walk: Walk): Leaf<O> | undefined {
  const { segments, at, method, met } = walk
  if (at === segments.length) {
    for (const known of node.leaves.keys()) met.add(known)
    return node.leaves.get(method)
  }
  const segment = segments[at] ?? ''
  const next = { segments, at: at + 1, method, met }
  const fixed = node.fixed.get(segment.toLowerCase())
  const straight = fixed === undefined ? undefined : match(fixed, next)
  if (straight !== undefined || node.parameter === undefined || segment === '') return straight
  return match(node.parameter, next)
}

function found<O>(leaf: Leaf<O>, where: { readonly segments: readonly string[]; readonly from: number }): Route<O> {
  const params: Record<string, string> = {}
  for (const [name, at] of leaf.places) params[name] = where.segments[where.from + at] ?? ''
  if (leaf.front !== undefined) params[leaf.front] = where.segments.slice(0, where.from).join('/')
  return { found: 'operation', operation: leaf.operation, params }
}
