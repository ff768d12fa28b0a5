import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { readableIn } from './readable.ts'

const data = mkdtempSync(join(tmpdir(), 'keystead-readable-'))
after(() => rmSync(data, { recursive: true, force: true }))
const nothing = { data, told: {}, secrets: {} }

describe('what can be read of an instance afterwards', () => {
  test('is found wherever it stands, and named without being repeated', () => {
    mkdirSync(join(data, 'disks'))
    mkdirSync(join(data, 'tls'))
    assert.deepEqual(readableIn(nothing), [])
    writeFileSync(join(data, 'disks', 'chunk'), Buffer.concat([Buffer.alloc(99, 200), Buffer.from('CANARY-1')]))
    writeFileSync(join(data, 'tls', 'listener.key'), '-----BEGIN PRIVATE KEY-----')
    writeFileSync(join(data, 'keystead.db'), `x${Buffer.from('s3cret-of-the-administrator').toString('base64')}`)
    const told = { log: `token ${['eyJhbGciOiJSUzI1NiIsInR5', 'eyJhdWQiOiJodHRwczovL3', 'c2lnbmF0dXJlLXRoYXQtaXM'].join('.')}` }
    assert.deepEqual(readableIn({ data, told, secrets: { 'the secret of the administrator': 's3cret-of-the-administrator' } }).toSorted(), [
      'a token can be read in log',
      'a value that a test marked can be read in disks/chunk',
      'the secret of the administrator can be read in keystead.db',
    ])
  })
})
