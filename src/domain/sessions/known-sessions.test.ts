import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { describe, test } from 'node:test'
import { compartmentId, millis } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import { signerOf } from '#domain/accounts/sign-in.ts'
import { testGround } from '#domain/testing.ts'
import { rootOf } from '#domain/account-keys/testing.ts'
import { createKnownSessions } from './known-sessions.ts'
import type { Session } from './session.ts'
import { sealSession } from './session-token.ts'

const accountId = '111122223333'
const accessKeyId = 'ASIAIOSFODNN7EXAMPLE'
const session: Session = {
  accountId,
  of: { kind: 'root' },
  issuedAt: millis(0),
  expiresAt: millis(1),
  policies: [],
  policyArns: [],
  tags: {},
  transitiveTagKeys: [],
}

describe('a session’s token', async () => {
  const ground = await testGround()
  const { context } = ground
  const token = (): string => {
    using secret = new SecretBytes(Buffer.from('a secret of forty bytes, as they are all'))
    return sealSession(context, { accessKeyId, secret, session })
  }
  const signer = async (shown: { readonly accessKeyId: string; readonly sessionToken: string }, scope = 'a day') => {
    let derived = 0
    const derive = (secret: Uint8Array) => {
      derived += 1
      return createSecretKey(Buffer.concat([secret, Buffer.from(scope)]))
    }
    const found = await ground.run(rootOf(accountId), async call => signerOf(context, call, { shown, derivation: { scope, derive } }))
    return { ...found, derived }
  }

  test('is opened once, and its key derived once for each scope', async () => {
    const sessionToken = token()
    const first = await signer({ accessKeyId, sessionToken })
    const again = await signer({ accessKeyId, sessionToken })
    const elsewhere = await signer({ accessKeyId, sessionToken }, 'another day')
    assert.deepEqual([first.derived, again.derived, elsewhere.derived], [1, 0, 1])
    assert.deepEqual(again.bearer, { accessKeyId, session })
    assert.ok(again.key.equals(first.key))
    assert.ok(!elsewhere.key.equals(first.key))
  })

  test('that was seen to be good is good with no other access key, and no other text is good for it', async () => {
    const sessionToken = token()
    assert.notEqual((await signer({ accessKeyId, sessionToken })).bearer, undefined)
    const changed = `${sessionToken.slice(0, -8)}${sessionToken.at(-8) === 'A' ? 'B' : 'A'}${sessionToken.slice(-7)}`
    for (const shown of [
      { accessKeyId: 'ASIAIOSFODNN7EXAMPLF', sessionToken },
      { accessKeyId, sessionToken: changed },
      { accessKeyId, sessionToken: `${sessionToken}\n` },
    ]) {
      const { bearer, derived } = await signer(shown)
      assert.deepEqual([bearer, derived], [undefined, 1], 'what nobody has costs the same derivation')
    }
  })

  test('is not known any more once the key that it was sealed under is forgotten', () => {
    const terms = [1, 2]
    const installation = compartmentId('0'.repeat(32))
    const known = createKnownSessions({ termsOf: () => terms }, { installation })
    const shown = { accessKeyId, token: 'sealed' }
    known.set(shown, { session, term: 1, keys: new Map() })
    assert.equal(known.get(shown)?.session, session)
    terms.shift()
    assert.equal(known.get(shown), undefined)
  })
})
