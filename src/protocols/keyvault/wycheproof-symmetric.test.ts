// Project Wycheproof's vectors of symmetric keys through the whole wire of a premium vault: keys come in as a JWK (key-vault.md 14).
// All of each file are sent; what comes out otherwise than the file says is listed in tests/vectors/vault-symmetric-deviations.json by its
// reason: the list may only shrink, for a deviation that is gone fails the test like one that is new.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { z } from 'zod'
import { at, refusal, version74, withVault, type Heard, type VaultWire } from './testing.ts'

const text = z.string().default('')
const vectorShape = z.object({
  tcId: z.number(),
  result: z.enum(['valid', 'invalid', 'acceptable']),
  key: text,
  msg: text,
  ct: text,
  iv: text,
  aad: text,
  tag: text,
})
type Vector = z.output<typeof vectorShape>
const fileShape = z.object({ testGroups: z.array(z.object({ keySize: z.number(), tests: z.array(vectorShape) })) })

const folder = join(import.meta.dirname, '../../../tests/vectors')
const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'))
const deviations = z.record(z.string(), z.record(z.string(), z.array(z.number()))).parse(read('vault-symmetric-deviations.json'))
const base64url = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url')
const sorted = (ids: readonly number[]): readonly number[] => ids.toSorted((a, b) => a - b)

let wire: VaultWire
let imported = 0
before(async () => {
  wire = await withVault()
})

type Ask = (word: string, body: object) => Promise<Heard>

/** A new key of these bytes; nothing where its length is none of AES's, which the import refuses. */
async function holding(key: string): Promise<Ask | undefined> {
  const name = `w${(imported += 1)}`
  const jwk = { kty: 'oct', k: base64url(key), key_ops: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey', 'sign', 'verify'] }
  const made = await wire.send('PUT', `/keys/${name}?${version74}`, { body: { key: jwk, Hsm: true } })
  assert.equal(made.status, [16, 24, 32].includes(key.length / 2) ? 200 : 400, made.text)
  return made.status === 200 ? async (word, body) => wire.send('POST', `/keys/${name}/${word}?${version74}`, { body }) : undefined
}

/** The value of an answer; nothing for the one refusal that there is. */
function valueOf(heard: Heard): unknown {
  if (heard.status === 200) return at(heard.json, 'value')
  assert.deepEqual(refusal(heard), [400, 'BadParameter', undefined], heard.text)
  return undefined
}

async function assertDeviations(file: string, judge: (ask: Ask, vector: Vector, keySize: number) => Promise<boolean>): Promise<void> {
  const found: number[] = []
  for (const { keySize, tests } of fileShape.parse(read(`wycheproof/${file}_test.json`)).testGroups)
    for (const vector of tests) {
      const ask = await holding(vector.key)
      const valid = ask !== undefined && (await judge(ask, vector, keySize))
      if (vector.result !== 'acceptable' && valid !== (vector.result === 'valid')) found.push(vector.tcId)
    }
  assert.deepEqual(sorted(found), sorted(Object.values(deviations[file] ?? {}).flat()))
}

describe('Wycheproof through the wire of a vault, symmetric keys', () => {
  test('aes_gcm: opens what is valid and nothing else', async () => {
    await assertDeviations('aes_gcm', async (ask, { ct, iv, aad, tag, msg }, keySize) => {
      const sealed = { value: base64url(ct), iv: base64url(iv), tag: base64url(tag), ...(aad !== '' && { aad: base64url(aad) }) }
      return valueOf(await ask('decrypt', { alg: `A${keySize}GCM`, ...sealed })) === base64url(msg)
    })
  })

  test('aes_cbc_pkcs5: opens what is valid and nothing else, and makes the same of it', async () => {
    await assertDeviations('aes_cbc_pkcs5', async (ask, { ct, iv, msg }, keySize) => {
      const by = { alg: `A${keySize}CBCPAD`, iv: base64url(iv) }
      if (valueOf(await ask('decrypt', { ...by, value: base64url(ct) })) !== base64url(msg)) return false
      if (msg !== '') assert.equal(valueOf(await ask('encrypt', { ...by, value: base64url(msg) })), base64url(ct))
      return true
    })
  })

  test('aes_wrap: unwraps what is valid and nothing else, and wraps to the same', async () => {
    await assertDeviations('aes_wrap', async (ask, { ct, msg }, keySize) => {
      const alg = `A${keySize}KW`
      if (valueOf(await ask('unwrapkey', { alg, value: base64url(ct) })) !== base64url(msg)) return false
      assert.equal(valueOf(await ask('wrapkey', { alg, value: base64url(msg) })), base64url(ct))
      return true
    })
  })

  test('hmac_sha256: verifies whole codes, and signs to the same', async () => {
    await assertDeviations('hmac_sha256', async (ask, { msg, tag, result }) => {
      const said = { alg: 'HS256', digest: base64url(msg), value: base64url(tag) }
      if (valueOf(await ask('verify', said)) !== true) return false
      assert.equal(result, 'valid')
      assert.equal(valueOf(await ask('sign', { alg: 'HS256', value: base64url(msg) })), base64url(tag))
      return true
    })
  })
})
