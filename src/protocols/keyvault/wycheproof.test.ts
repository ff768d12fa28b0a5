// Project Wycheproof's decryption vectors through the whole wire: the key comes in as a JWK, the ciphertext as a request (key-vault.md 14).
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { at, refusal, version74, withVault } from './testing.ts'

const vectorFile = z.object({
  testGroups: z.array(
    z.object({
      privateKeyJwk: z.record(z.string(), z.string()),
      tests: z.array(
        z.object({
          tcId: z.number(),
          result: z.enum(['valid', 'invalid', 'acceptable']),
          msg: z.string(),
          ct: z.string(),
          label: z.string().default(''),
        }),
      ),
    }),
  ),
})
type Vector = z.output<typeof vectorFile>['testGroups'][number]['tests'][number]

const folder = join(import.meta.dirname, '../../../tests/vectors/wycheproof')
const groupsOf = (file: string) => vectorFile.parse(JSON.parse(readFileSync(join(folder, `${file}_test.json`), 'utf8'))).testGroups
const base64url = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url')

/** No label crosses this wire: what was encrypted under one does not open. */
const opens = ({ result, label }: Vector): boolean => result === 'valid' && label === ''

for (const [file, algorithm] of [
  ['rsa_oaep_2048_sha1_mgf1sha1', 'RSA-OAEP'],
  ['rsa_oaep_2048_sha256_mgf1sha256', 'RSA-OAEP-256'],
  ['rsa_pkcs1_2048', 'RSA1_5'],
] as const) {
  describe(`Wycheproof ${file} as ${algorithm}`, () => {
    test('decrypts and unwraps what is valid, and what is not never to its message', async () => {
      const { send } = await withVault()
      for (const [place, { privateKeyJwk, tests }] of groupsOf(file).entries()) {
        const { alg: _alg, ...key } = privateKeyJwk
        const imported = await send('PUT', `/keys/k${place}?${version74}`, { body: { key } })
        assert.equal(imported.status, 200, imported.text)
        for (const vector of tests) {
          const operation = vector.tcId % 2 === 0 ? 'decrypt' : 'unwrapkey'
          const body = { alg: algorithm, value: base64url(vector.ct) }
          const heard = await send('POST', `/keys/k${place}/${operation}?${version74}`, { body })
          const found = heard.status === 200 && at(heard.json, 'value') === base64url(vector.msg)
          assert.equal(found, opens(vector), `vector ${vector.tcId}: ${heard.text}`)
          if (heard.status !== 200) assert.deepEqual(refusal(heard), [400, 'BadParameter', undefined])
        }
      }
    })
  })
}
