// How something secret may stand where it should not: as it is, or as encoders, formats and escapes write it.

/** A secret shorter than this is found by chance, in what is random too. */
export const leastBytes = 12
/** So much of a spelling is looked for: long values are found where a page of the store ends in the middle of them. */
export const mostBytes = 32

export interface Spelling {
  readonly name: string
  readonly bytes: Buffer
}

/** Every way in which these bytes are looked for; each once. */
export function spellingsOf(secret: Uint8Array): readonly Spelling[] {
  const bytes = Buffer.from(secret)
  const hex = bytes.toString('hex')
  const all: (readonly [name: string, spelled: Buffer | string])[] = [
    ['as it is', bytes],
    ['hex', hex],
    ['HEX', hex.toUpperCase()],
    ...base64Spellings(bytes),
    ...(isText(bytes) ? textSpellings(bytes.toString('utf8')) : []),
  ]
  const distinct = new Map<string, Spelling>()
  for (const [name, spelled] of all) {
    const cut = Buffer.from(spelled).subarray(0, mostBytes)
    const key = cut.toString('latin1')
    if (!distinct.has(key)) distinct.set(key, { name, bytes: cut })
  }
  return [...distinct.values()]
}

const isText = (bytes: Buffer): boolean => Buffer.from(bytes.toString('utf8')).equals(bytes)

/** Inside a longer value a secret begins at any of three places of a group: what its neighbours change is left out (RFC 4648 4). */
function* base64Spellings(bytes: Buffer): Generator<readonly [string, string]> {
  for (const offset of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes])
    const characters = whole.toString('base64').replaceAll('=', '')
    const own = characters.slice(offset === 0 ? 0 : offset + 1, whole.length % 3 === 0 ? undefined : -1)
    yield [`base64, ${offset} in`, own]
    yield [`base64url, ${offset} in`, own.replaceAll('+', '-').replaceAll('/', '_')]
  }
}

/** Each UTF-16 code unit (RFC 8259 7). */
const escaped = (text: string): string =>
  Array.from({ length: text.length }, (_, at) => String.raw`\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')

function* textSpellings(text: string): Generator<readonly [string, Buffer | string]> {
  const utf16 = Buffer.from(text, 'utf16le')
  yield ['UTF-16LE', utf16]
  yield ['UTF-16BE', Buffer.from(utf16).swap16()]
  yield ['JSON', JSON.stringify(text).slice(1, -1)]
  yield ['JSON, all escaped', escaped(text)]
  yield ['percent-encoded', encodeURIComponent(text)]
  yield ['XML', text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')]
}
