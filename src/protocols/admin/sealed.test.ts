import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { systemRandom } from '#adapters/system/random.ts'
import { Problem } from '#model/problem.ts'
import { ask, objectIn, type Asked } from '#protocols/http/testing.ts'
import { createSealedAdmin, type SealedRuntime } from './sealed.ts'
import type { SealProof } from './seal-bodies.ts'

const keyFile = new Uint8Array(32).fill(7).toBase64()

/** What was shown and done, and the wire in front of it. */
function sealedAdmin(changes: Partial<SealedRuntime> = {}) {
  const shown: SealProof[] = []
  const did: string[] = []
  const bugs: unknown[] = []
  const runtime: SealedRuntime = {
    status: () => ({ state: 'sealed' }),
    seals: () => ({ seals: [] }),
    state: () => ({ state: 'sealed', because: 'no key file' }),
    async unseal(proof) {
      shown.push(proof)
      return { state: 'active' }
    },
    stop: () => void did.push('stop'),
    ...changes,
  }
  const log = { info: () => undefined, warn: () => undefined, error: (_event: string, cause: unknown) => bugs.push(cause) }
  const pipeline = createSealedAdmin({ runtime, random: systemRandom(), log })
  const asked = async (how: Omit<Asked, 'url'> & { readonly path: string }) => ask(pipeline, { ...how, url: `https://admin${how.path}` })
  return { asked, shown, did, bugs }
}

describe('the admin socket of a sealed instance', () => {
  test('tells how it is and what opens it, and ends when it is asked to', async () => {
    const { asked, did } = sealedAdmin()
    const status = await asked({ path: '/status' })
    assert.deepEqual([status.status, status.json], [200, { state: 'sealed' }])
    assert.match(status.headers['cache-control'] ?? '', /no-store/)
    assert.deepEqual((await asked({ path: '/seals' })).json, { seals: [] })
    assert.equal((await asked({ method: 'POST', path: '/stop' })).status, 202)
    assert.deepEqual(did, ['stop'])
  })

  test('takes a passphrase or the content of a key file, and nothing that is neither', async () => {
    const { asked, shown } = sealedAdmin()
    assert.deepEqual((await asked({ path: '/unseal', body: { passphrase: 'correct horse battery' } })).json, { state: 'active' })
    assert.equal((await asked({ path: '/unseal', body: { keyFile } })).status, 200)
    assert.deepEqual(shown, [{ passphrase: 'correct horse battery' }, { keyFile: new Uint8Array(32).fill(7) }])
    const bodies = [
      {},
      { passphrase: 7 },
      { keyFile: 'AA==' },
      { keyFile: '!' },
      { passphrase: 'correct horse battery', keyFile },
      'no json',
    ]
    for (const body of bodies) assert.equal((await asked({ method: 'POST', path: '/unseal', body })).status, 400, JSON.stringify(body))
    assert.equal((await asked({ method: 'POST', path: '/unseal' })).status, 400)
    assert.equal(shown.length, 2)
  })

  test('says what a wrong one costs, and repeats nothing of it', async () => {
    const refused = sealedAdmin({
      async unseal() {
        throw new Problem({ code: 'SealRefused', details: { retryAfterSeconds: 8 } })
      },
    })
    const answer = await refused.asked({ path: '/unseal', body: { passphrase: 'wrong horse battery' } })
    assert.equal(answer.status, 403)
    const { requestId: _, ...error } = objectIn(answer.json['error'])
    assert.deepEqual(error, { code: 'SealRefused', message: 'That opens no seal. The next try is taken in 8 s.' })
    assert(!answer.text.includes('horse'))
  })

  test('for everything else is not ready: why, and what to type', async () => {
    const { asked } = sealedAdmin()
    for (const path of ['/environment', '/audit', '/nothing', '/status/']) {
      const { status, json } = await asked({ path })
      assert.equal(status, 503, path)
      const { requestId: _, ...error } = objectIn(json['error'])
      assert.deepEqual(error, { code: 'NotReady', message: 'Keystead is sealed.', because: 'no key file', next: ['keystead unseal'] })
    }
    assert.equal((await asked({ method: 'POST', path: '/status', body: {} })).status, 503)
  })

  test('keeps a bug to the log', async () => {
    const broken = sealedAdmin({
      status() {
        throw new Error('where the disk is')
      },
    })
    const { status, text } = await broken.asked({ path: '/status' })
    assert.equal(status, 500)
    assert(!text.includes('disk'))
    assert.equal(broken.bugs.length, 1)
  })
})
