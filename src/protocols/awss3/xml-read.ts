import { Problem } from '#model/problem.ts'

/** An element as it was read: attributes are dropped, names lose their prefix. */
export interface Element {
  readonly name: string
  readonly children: readonly Element[]
  /** All text in it that is in none of its children. */
  readonly text: string
}

const depthMax = 16
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

export const malformedXml = (): Problem => new Problem({ code: 'InvalidBody', details: { message: 'The XML is not well-formed.' } })

const token =
  /<!\[CDATA\[(?<cdata>[\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<\/(?<close>[\w:.-]+)\s*>|<(?<open>[\w:.-]+)(?<attributes>(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?<empty>\/?)>|(?<text>[^<]+)/y

interface Open {
  readonly name: string
  readonly children: Element[]
  text: string
}

/** The root. No document types, so no entities but the five: nothing in it can refer to anything. Raises `InvalidBody`. */
export function readXml(bytes: Uint8Array): Element {
  const source = textOf(bytes)
  const top: Open = { name: '', children: [], text: '' }
  const stack = [top]
  for (let at = 0; at < source.length; at = token.lastIndex) {
    token.lastIndex = at
    const groups = token.exec(source)?.groups
    if (groups === undefined || stack.length > depthMax) throw malformedXml()
    take(stack, groups)
  }
  const [root, ...more] = top.children
  if (stack.length !== 1 || root === undefined || more.length > 0 || top.text.trim() !== '') throw malformedXml()
  return root
}

function take(stack: Open[], { cdata, close, open, empty, text }: Readonly<Record<string, string | undefined>>): void {
  const inner = stack.at(-1)
  if (inner === undefined) throw malformedXml()
  if (text !== undefined || cdata !== undefined) inner.text += cdata ?? unescaped(text ?? '')
  if (open !== undefined) stack.push({ name: localName(open), children: [], text: '' })
  if (close !== undefined) shut(stack, localName(close))
  else if (open !== undefined && empty === '/') shut(stack, localName(open))
}

function shut(stack: Open[], name: string): void {
  const inner = stack.pop()
  const outer = stack.at(-1)
  if (inner?.name !== name || outer === undefined) throw malformedXml()
  outer.children.push(inner)
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

function unescaped(text: string): string {
  return text.replaceAll(/&([^;&]*);?/g, (whole, name: string) => {
    const code = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name)
    const point = code?.[1] === undefined ? Number(code?.[2]) : Number.parseInt(code[1], 16)
    const one = code === null ? entities[name] : point <= 0x10ffff ? String.fromCodePoint(point) : undefined
    if (one === undefined || !whole.endsWith(';')) throw malformedXml()
    return one
  })
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw malformedXml()
  }
}

export const childrenOf = (element: Element | undefined, name: string): readonly Element[] =>
  element?.children.filter(child => child.name === name) ?? []
export const childOf = (element: Element | undefined, name: string): Element | undefined => childrenOf(element, name)[0]
/** Text of the first child of that name, without the white space around it. */
export const textIn = (element: Element | undefined, name: string): string | undefined => childOf(element, name)?.text.trim()
/** The same as it is: names of objects may begin with a space. */
export const rawTextIn = (element: Element | undefined, name: string): string | undefined => childOf(element, name)?.text
