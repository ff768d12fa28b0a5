import assert from 'node:assert/strict'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Secret, SecretVersion } from '#domain/secrets/records.ts'

interface Found {
  readonly secret: Secret
  readonly version: SecretVersion
  readonly value: SecretBytes
}

/** A certificate's secret that is kept as PKCS#12, as the PEM text of the same key and certificates (key-vault.md 3). The call disposes of it. */
export async function secretAsPem(context: Needs<'pki'>, call: Call, found: Found): Promise<Found> {
  const { secret, version, value } = found
  assert(secret.managed === true, 'a secret that is no certificate’s')
  const pki = await context.pki()
  const opened = await pki.readPkcs12(Uint8Array.fromBase64(Buffer.from(value.bytes).toString('latin1')), '')
  if ('flaw' in opened) throw new Error(`the secret of a certificate does not open: ${opened.flaw}`)
  const [key] = opened.keys
  for (const one of opened.keys) call.defer(one)
  const text = pki.writePem({ key, certificates: opened.certificates })
  call.defer(text)
  return { secret, version: { ...version, contentType: 'application/x-pem-file' }, value: text }
}
