import assert from 'node:assert/strict'
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, test } from 'node:test'
import { openCheckpoint, signCheckpoint, verifierKey } from './checkpoint.ts'

/** RFC 8032 7.1, test 1. */
const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'
const publicKey = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'
const key = createPrivateKey({ key: Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex'), format: 'der', type: 'pkcs8' })
const origin = 'keystead.audit/7d3c'
const root = Uint8Array.fromHex('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328')
const note = signCheckpoint(key, { origin, size: 8, root })

describe('checkpoint', () => {
  test('is a C2SP tlog-checkpoint: three lines, a blank one, a signature line of name and base64(key id ‖ signature)', () => {
    const lines = note.split('\n')
    assert.deepEqual([lines[0], lines[1], lines[3]], [origin, '8', ''])
    assert.equal(Buffer.from(lines[2] ?? '', 'base64').toString('hex'), Buffer.from(root).toString('hex'))
    assert.equal(lines.length, 6)
    assert.equal(lines[5], '')
    const [dash, name, encoded = ''] = (lines[4] ?? '').split(' ')
    assert.deepEqual([dash, name], ['—', origin])
    const signature = Buffer.from(encoded, 'base64')
    const id = createHash('sha256')
      .update(`${origin}\n`)
      .update(Uint8Array.of(1))
      .update(Uint8Array.fromHex(publicKey))
      .digest()
      .subarray(0, 4)
    assert(signature.subarray(0, 4).equals(id))
    assert(verify(null, Buffer.from(`${lines.slice(0, 3).join('\n')}\n`), createPublicKey(key), signature.subarray(4)))
  })

  test('is opened by the key alone, private or public', () => {
    for (const opener of [key, createPublicKey(key)]) assert.equal(openCheckpoint(opener, origin, note)?.size, 8)
    assert.equal(openCheckpoint(generateKeyPairSync('ed25519').publicKey, origin, note), undefined)
    assert.equal(openCheckpoint(key, `${origin}x`, note), undefined)
  })

  test('leaves other signatures alone, wherever they stand', () => {
    const cosigned = note.replace('\n\n— ', '\n\n— witness.example AAAAAAAA\n— ')
    assert.equal(openCheckpoint(key, origin, cosigned)?.size, 8)
  })

  test('every changed character closes it', () => {
    for (let at = 0; at < note.length - 1; at += 1) {
      const changed = `${note.slice(0, at)}${note[at] === 'A' ? 'B' : 'A'}${note.slice(at + 1)}`
      const opened = openCheckpoint(key, origin, changed)
      // Base64 has idle bits in its last digit: the signature itself is then the same.
      assert(opened === undefined || (at > note.length - 6 && opened.size === 8), `character ${at}`)
    }
    assert.equal(openCheckpoint(key, origin, ''), undefined)
    assert.equal(openCheckpoint(key, origin, note.slice(0, -1)), undefined)
  })

  test('the verifier key is the signed note`s form', () => {
    assert.match(verifierKey(key, origin), /^keystead\.audit\/7d3c\+[0-9a-f]{8}\+AddamAGC[A-Za-z0-9+/]+=*$/)
  })
})
