import { Problem } from '#model/problem.ts'

/** A form taken apart at the dots of its names: texts at the leaves. */
export type FormTree = Map<string, string | FormTree>

const parametersMax = 10_000
const depthMax = 16

const refuse = (message: string): never => {
  throw new Problem({ code: 'InvalidBody', details: { message } })
}

/** `Tags.member.1.Key=a` as structures in lists in structures. Raises `InvalidBody`. */
export function formTree(form: string): FormTree {
  const tree: FormTree = new Map()
  const pairs = form === '' ? [] : form.split('&')
  if (pairs.length > parametersMax) refuse(`The form has more than ${parametersMax} parameters.`)
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
    if (name !== '') put(tree, decoded(name), decoded(value))
  }
  return tree
}

function put(tree: FormTree, name: string, value: string): void {
  const path = name.split('.')
  if (path.length > depthMax) refuse(`The form is nested more than ${depthMax} deep.`)
  const last = path.pop() ?? ''
  let node = tree
  for (const step of path) {
    const next = node.getOrInsertComputed(step, () => new Map())
    if (typeof next === 'string') return refuse('A parameter is a value and a structure.')
    node = next
  }
  if (node.has(last)) refuse('A parameter is there twice.')
  node.set(last, value)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return refuse('A percent-encoding that is none.')
  }
}
