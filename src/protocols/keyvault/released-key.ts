import type { KeyWrapName } from '#crypto/rsa-aes-key-wrap.ts'
import type { Released } from '#domain/keys/release-key.ts'
import { toBase64url } from '#protocols/azure/base64url.ts'
import type { Writing } from './object-shapes.ts'
import { keyBundle, keyUrl } from './shapes.ts'

/** What is signed of a release: what was asked, and the key with its private half under the target's (key-vault.md 10.2). */
export function releasedKey(
  writing: Writing,
  { nonce, enc, targetKid, ciphertext, ...shown }: Released & { readonly nonce: string | undefined; readonly enc: KeyWrapName },
) {
  const { key, ...rest } = keyBundle(writing, shown)
  const wrapped = { schema_version: '1.0', header: { kid: targetKid, alg: 'dir', enc }, ciphertext: toBase64url(ciphertext) }
  return {
    request: {
      'api-version': writing.request.query.get('api-version') ?? '',
      enc,
      kid: keyUrl(writing.site, shown.key),
      ...(nonce !== undefined && { nonce }),
    },
    response: { key: { key: { ...key, key_hsm: toBase64url(new TextEncoder().encode(JSON.stringify(wrapped))) }, ...rest } },
  }
}
