import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { controlled } from './left-behind/control.ts'
import { finderOf } from './left-behind/finder.ts'
import { canary, notedHere, secret, secretsIn } from './left-behind/noted.ts'
import { readableIn } from './left-behind/readable.ts'

const data = mkdtempSync(join(tmpdir(), 'keystead-readable-'))
after(() => rmSync(data, { recursive: true, force: true }))

describe('what can be read of an instance afterwards', () => {
  test('is found wherever it stands, and named without being repeated', () => {
    const administrator = { what: 'the secret of the administrator', bytes: Buffer.from('s3cret-of-the-administrator') }
    mkdirSync(join(data, 'disks'))
    assert.deepEqual(readableIn({ data, told: {} }, [administrator]), [])
    writeFileSync(join(data, 'disks', 'chunk'), Buffer.concat([Buffer.alloc(99, 200), Buffer.from(canary('disk'))]))
    writeFileSync(join(data, 'keystead.db'), `x${Buffer.from(`y${administrator.bytes.toString()}`).toString('base64')}`)
    const told = {
      log: `token ${['eyJhbGciOiJSUzI1NiIsInR5', 'eyJhdWQiOiJodHRwczovL3', 'c2lnbmF0dXJlLXRoYXQtaXM'].join('.')}`,
      audit: gzipSync(`a ${administrator.bytes.toString('utf16le')}`).toString('latin1'),
    }
    assert.deepEqual(readableIn({ data, told }, [administrator]).toSorted(), [
      'a token can be read in log',
      'a value that a test marked (as it is) can be read in disks/chunk',
      'the secret of the administrator (base64, 1 in) can be read in keystead.db',
    ])
  })

  test('control: every spelling, plain and compressed, is found among noise', () => {
    const { planted, missed } = controlled([{ what: 'a password', bytes: Buffer.from('p<a>ß"w&rd of twelve') }])
    assert.deepEqual(missed, [])
    assert(planted > 80, `${planted}`)
  })

  test('what is not there is not found, in a megabyte of noise either', () => {
    const noise = Buffer.from(Array.from({ length: 2 ** 20 }, (_, at) => (at * at * 2_654_435_761) >>> 11))
    const secrets = Array.from({ length: 500 }, (_, at) => ({ what: `${at}`, bytes: Buffer.from(canary(`${at}`)) }))
    assert.deepEqual(finderOf(secrets)(noise), [])
  })
})

describe('the ledger of a run', () => {
  test('takes what is secret by its name, at any depth, and leaves what is too short to be known again', () => {
    secretsIn({ a: [{ SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG', AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' }], password: 'short' })
    secret('twice', 'wJalrXUtnFEMI/K7MDENG')
    assert.deepEqual(
      notedHere().map(({ bytes }) => Buffer.from(bytes).toString()),
      ['wJalrXUtnFEMI/K7MDENG'],
    )
  })
})
