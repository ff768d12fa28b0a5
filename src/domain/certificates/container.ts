import { Problem } from '#model/problem.ts'
import type { BundleFlaw, OpenedBundle, Pki } from '#ports/pki.ts'

/** What a client sent to be imported: text of PEM, or base64 of PEM or of PKCS #12. */
export interface Container {
  readonly value: string
  readonly password: string
}

export interface Opened {
  readonly bundle: OpenedBundle
  readonly form: 'pem' | 'pkcs12'
}

/** Anything may stand before it (RFC 7468 2): OpenSSL writes a container's attributes there. */
const pemBegins = '-----BEGIN'
/** Of every PKCS #12 container. */
const sequenceTag = 0x30

/** In the order of key-vault.md 4.5; the caller disposes of the keys. Raises `BundleRefused`. */
export async function openContainer(pki: Pki, { value, password }: Container): Promise<Opened> {
  if (value.includes(pemBegins)) return { bundle: whole(pki.readPem(value)), form: 'pem' }
  const bytes = decoded(value)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  if (bytes[0] !== sequenceTag && text.includes(pemBegins)) return { bundle: whole(pki.readPem(text)), form: 'pem' }
  return { bundle: whole(await pki.readPkcs12(bytes, password)), form: 'pkcs12' }
}

/** Standard base64, with the line ends that some writers put in. */
function decoded(value: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(value)
  } catch (cause) {
    throw new Problem({ code: 'BundleRefused', details: { because: 'it is neither base64 nor PEM' } }, { cause })
  }
}

function whole(bundle: OpenedBundle | BundleFlaw): OpenedBundle {
  if ('flaw' in bundle) throw new Problem({ code: 'BundleRefused', details: { because: bundle.flaw } })
  return bundle
}
