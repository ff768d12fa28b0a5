import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { millis } from '#model/brands.ts'
import { dropFolder } from './drop-folder.ts'

const dir = mkdtempSync(join(tmpdir(), 'keystead-mail-'))
after(() => rmSync(dir, { recursive: true, force: true }))

test('a message is one file of RFC 5322, and the same again when it comes twice', async () => {
  const post = dropFolder(join(dir, 'mail'), 'keystead.test')
  const message = { id: 'a1', at: millis(1_800_000_000_000), to: ['a@x.example', 'b@y.example'], subject: 'It ends', text: 'One\nTwo' }
  await post.deliver(message)
  await post.deliver(message)
  assert.deepEqual(readdirSync(join(dir, 'mail')), ['a1.eml'])
  const [head = '', body] = readFileSync(join(dir, 'mail', 'a1.eml'), 'utf8').split('\r\n\r\n')
  assert.equal(body, 'One\r\nTwo\r\n')
  assert.match(head, /^Date: Fri, 15 Jan 2027 08:00:00 \+0000\r\n/)
  assert.match(head, /\r\nTo: a@x\.example,\r\n b@y\.example\r\n/)
  assert.match(head, /\r\nMessage-ID: <a1@keystead\.test>\r\nSubject: It ends\r\n/)
})
