// A key that is brought under a key exchange key: the `.byok` file of the tools that wrap, as text inside the request (key-vault.md 10.1).
import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { WrappedKey } from '#domain/keys/import-wrapped-key.ts'
import { fromBase64url } from '#protocols/azure/base64url.ts'
import { parseStrictJson } from '#protocols/http/strict-json.ts'
import type { VaultSite } from './site.ts'

const byok = z.object({
  schema_version: z.enum(['1.0', '1.0.0']),
  header: z.object({ kid: z.string(), alg: z.literal('dir'), enc: z.literal('CKM_RSA_AES_KEY_WRAP') }),
  ciphertext: z.string(),
})

/** Documents say base64, clients send base64url. */
function decoded(text: string): Uint8Array | undefined {
  const url = fromBase64url(text)
  if (url !== undefined) return url
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' })
  } catch {
    return undefined
  }
}

function parsed(bytes: Uint8Array) {
  try {
    return byok.safeParse(parseStrictJson(bytes)).data
  } catch {
    return undefined
  }
}

export const wrappedKeyText = z
  .string({ error: 'must be a string' })
  .nullish()
  .transform((text, context) => {
    if (text === undefined || text === null) return undefined
    const bytes = decoded(text)
    const file = bytes === undefined ? undefined : parsed(bytes)
    const ciphertext = file === undefined ? undefined : decoded(file.ciphertext)
    if (file !== undefined && ciphertext !== undefined) return { kid: file.header.kid, ciphertext }
    context.issues.push({ code: 'custom', message: 'must be a key transfer file of CKM_RSA_AES_KEY_WRAP, as base64', input: undefined })
    return z.NEVER
  })

const kidOfVersion = /^https:\/\/([^/:]+)(?::\d{1,5})?\/keys\/([0-9a-zA-Z-]{1,127})\/([0-9a-fA-F]{32})$/

/** With the key exchange key that the file names, which must be this vault's. Raises `InvalidBody`. */
export function wrappedFor(site: VaultSite, { kid, ciphertext }: { readonly kid: string; readonly ciphertext: Uint8Array }): WrappedKey {
  const [, host = '', name = '', version = ''] = kidOfVersion.exec(kid) ?? []
  const own = new URL(site.baseUrl).hostname
  if (name !== '' && host.toLowerCase() === own) return { exchangeKey: { name, version: version.toLowerCase() }, ciphertext }
  throw new Problem({
    code: 'InvalidBody',
    details: { name: 'key.key_hsm', message: 'must name a version of a key exchange key of this vault' },
  })
}
