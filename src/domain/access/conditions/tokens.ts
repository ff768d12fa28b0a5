import { ConditionError, type Attribute, type Source } from './syntax.ts'

export type Token =
  | { readonly kind: 'sign'; readonly sign: '(' | ')' | '{' | '}' | ',' | '!' | '&&' | '||' }
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'attribute'; readonly attribute: Attribute }

/** Azure's limit, 8 KB (conditions-prerequisites). */
export const conditionCharactersMax = 8_192

const signs = ['(', ')', '{', '}', ',', '!', '&&', '||'] as const
const sources: readonly Source[] = ['Request', 'Resource', 'Principal', 'Environment']

const guid = String.raw`[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`
/** One token at the place where it stands; the order decides where two would fit. */
const pattern = new RegExp(
  [
    String.raw`(?<space>\s+)`,
    String.raw`(?<sign>[(){},]|&&|\|\||!)`,
    String.raw`'(?<text>[^']*)'`,
    String.raw`@(?<source>[A-Za-z]+)\[(?<name>[^\[\]']{1,512})\]`,
    `(?<guid>${guid})(?![0-9A-Za-z-])`,
    String.raw`(?<number>-?\d{1,15})(?![0-9A-Za-z.])`,
    String.raw`(?<word>[A-Za-z]+(?::[A-Za-z]+)?)`,
  ].join('|'),
  'y',
)

/** Raises `ConditionError`. */
export function tokensOf(condition: string): readonly Token[] {
  if (condition.length > conditionCharactersMax) throw new ConditionError(`A condition has at most ${conditionCharactersMax} characters.`)
  const found: Token[] = []
  for (let at = 0; at < condition.length;) {
    pattern.lastIndex = at
    const match = pattern.exec(condition)
    if (match === null) throw new ConditionError(`Nothing that a condition knows stands at character ${at + 1}.`)
    const token = tokenOf(match.groups ?? {}, at)
    if (token !== undefined) found.push(token)
    at = pattern.lastIndex
  }
  return found
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>, at: number): Token | undefined {
  const { sign, text, source, name, guid: id, number, word } = groups
  if (sign !== undefined) return { kind: 'sign', sign: signs.find(one => one === sign) ?? '(' }
  if (text !== undefined) return { kind: 'text', text }
  if (source !== undefined && name !== undefined) return { kind: 'attribute', attribute: attributeOf({ source, name, at }) }
  // A GUID without quotes, as built-in roles have them.
  if (id !== undefined) return { kind: 'text', text: id }
  if (number !== undefined) return { kind: 'number', number: Number(number) }
  return word === undefined ? undefined : { kind: 'word', word }
}

function attributeOf({ source, name, at }: { readonly source: string; readonly name: string; readonly at: number }): Attribute {
  const known = sources.find(one => one.toLowerCase() === source.toLowerCase())
  if (known === undefined) throw new ConditionError(`No attribute has the source that stands at character ${at + 1}.`)
  return { source: known, name: name.trim().toLowerCase() }
}
