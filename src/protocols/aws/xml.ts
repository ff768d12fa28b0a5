/** `undefined` members are left out; lists repeat their element, or wrap their members as the protocol names them. */
export type XmlValue = string | number | boolean | undefined | readonly XmlValue[] | XmlMap | { readonly [name: string]: XmlValue }
/** Written as `entry` elements of `key` and `value`. */
type XmlMap = ReadonlyMap<string, string | number>

/** XML 1.0 has no way to write the other control characters. */
/* oxlint-disable no-control-regex -- they are what is looked for */
const unwritable =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
/* oxlint-enable no-control-regex */
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#xD;' }

export const escapeXml = (text: string): string => text.replaceAll(unwritable, '\ufffd').replaceAll(/[&<>"\r]/g, one => escapes[one] ?? one)

/** `content` is XML already. */
export function element(name: string, content: string, attributes: Readonly<Record<string, string>> = {}): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
  return `<${name}${written.join('')}>${content}</${name}>`
}

/** How lists are written: inside their element as `member` or `item`, or by repeating it. */
export type ListStyle = 'member' | 'item' | 'flat'

/** Members of a structure, in order. */
export function elements(members: Readonly<Record<string, XmlValue>>, lists: ListStyle): string {
  return Object.entries(members)
    .map(([name, value]) => elementOf(name, value, lists))
    .join('')
}

function elementOf(name: string, value: XmlValue, lists: ListStyle): string {
  if (value === undefined) return ''
  if (isList(value)) {
    if (lists === 'flat') return value.map(one => elementOf(name, one, lists)).join('')
    return element(name, value.map(one => elementOf(lists, one, lists)).join(''))
  }
  if (isMap(value)) return element(name, [...value].map(([key, one]) => elements({ entry: { key, value: one } }, lists)).join(''))
  return element(name, typeof value === 'object' ? elements(value, lists) : escapeXml(String(value)))
}

const isList = (value: XmlValue): value is readonly XmlValue[] => Array.isArray(value)
const isMap = (value: XmlValue): value is XmlMap => value instanceof Map
