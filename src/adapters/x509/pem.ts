// RFC 7468, strictly, as certificates are brought: PKCS #8 keys without encryption and certificates, in any order (key-vault.md 4.5).
import type { Bytes } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { BundleFlaw, OpenedBundle } from '#ports/pki.ts'

const begin = /-----BEGIN ([A-Z0-9 ]{1,64})-----/g
const blocksMax = 100

/** What others say of a key that they wrote in another form. */
const otherKeys = /PRIVATE KEY$|PARAMETERS$/

export function readPem(text: string): OpenedBundle | BundleFlaw {
  const taken: { readonly keys: SecretBytes[]; readonly certificates: Bytes[] } = { keys: [], certificates: [] }
  for (const { label, body } of blocksOf(text)) {
    const flaw = takeBlock(taken, label, body)
    if (flaw === undefined) continue
    for (const key of taken.keys) key[Symbol.dispose]()
    return { flaw }
  }
  return taken.keys.length + taken.certificates.length === 0 ? { flaw: 'it holds no PEM block' } : taken
}

/** Each from its beginning to its own end, looked for once: text without ends costs no more than its length. */
function* blocksOf(text: string): Generator<{ readonly label: string; readonly body: string }> {
  const endless = new Set<string>()
  let after = 0
  for (const { index, 0: line, 1: label = '' } of text.matchAll(begin)) {
    if (index < after || endless.has(label)) continue
    const end = `-----END ${label}-----`
    const at = text.indexOf(end, index + line.length)
    if (at < 0) {
      endless.add(label)
      if (endless.size >= blocksMax) return
    } else {
      after = at + end.length
      yield { label, body: text.slice(index + line.length, at) }
    }
  }
}

/** What was wrong with a block, if anything was; blocks of other things are passed over. */
function takeBlock(
  taken: { readonly keys: SecretBytes[]; readonly certificates: Bytes[] },
  label: string,
  body: string,
): string | undefined {
  if (otherKeys.test(label) && label !== 'PRIVATE KEY') return `it holds a block "${label}", and a key is to be PKCS #8 without encryption`
  if (label !== 'PRIVATE KEY' && label !== 'CERTIFICATE') return undefined
  const der = decoded(body)
  if (der === undefined) return `a block "${label}" is not base64`
  if (taken.keys.length + taken.certificates.length >= blocksMax) return 'it holds more blocks than are taken'
  if (label === 'CERTIFICATE') taken.certificates.push(der)
  else taken.keys.push(new SecretBytes(der))
  return undefined
}

function decoded(body: string): Bytes | undefined {
  const base64 = body.replaceAll(/[\r\n\t ]/g, '')
  try {
    return base64 === '' ? undefined : Uint8Array.fromBase64(base64, { lastChunkHandling: 'strict' })
  } catch {
    return undefined
  }
}

export function writePem(bundle: { readonly key?: SecretBytes | undefined; readonly certificates: readonly Bytes[] }): SecretBytes {
  const blocks = bundle.certificates.map(der => encoded('CERTIFICATE', der))
  if (bundle.key !== undefined) blocks.unshift(encoded('PRIVATE KEY', bundle.key.bytes))
  return new SecretBytes(new TextEncoder().encode(blocks.join('')))
}

function encoded(label: string, der: Uint8Array): string {
  const lines = der.toBase64().match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
