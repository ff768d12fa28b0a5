import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { dateOf } from '#adapters/system/clock.ts'
import { writeDurably } from '#adapters/system/write-durably.ts'
import type { Message, Post } from '#ports/post.ts'

/**
 * Lays each message into a folder as a file of RFC 5322, from where the mail system of the house takes it: an instance speaks to no mail server itself.
 * A file appears whole, under a name of its own that the same message has again.
 */
export const dropFolder = (dir: string, domain: string): Post => ({
  async deliver(message) {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    writeDurably(join(dir, `${message.id}.eml`), written(message, domain), 0o600)
    return Promise.resolve()
  },
})

function written({ id, at, to, subject, text }: Message, domain: string): string {
  const headers = [
    `Date: ${dateOf(at).toUTCString().replace('GMT', '+0000')}`,
    `From: Keystead <no-reply@${domain}>`,
    `To: ${to.join(',\r\n ')}`,
    `Message-ID: <${id}@${domain}>`,
    `Subject: ${subject}`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ]
  return [...headers, '', ...text.split('\n'), ''].join('\r\n')
}
