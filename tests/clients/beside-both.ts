// An instance beside two things at once: it has one file of authorities outside, so theirs are put together.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Around } from './behind.ts'

const authorities = 'KEYSTEAD_OUTGOING_CA_FILE'

export async function besideBoth(first: () => Promise<Around>, second: () => Promise<Around>): Promise<Around> {
  const both = [await first(), await second()] as const
  const dir = mkdtempSync(join(tmpdir(), 'keystead-both-'))
  const ca = join(dir, 'ca.pem')
  writeFileSync(ca, both.map(({ instance }) => readFileSync(instance[authorities] ?? '', 'utf8')).join('\n'))
  const [one, other] = both
  return {
    instance: { ...one.instance, ...other.instance, [authorities]: ca },
    client: { ...one.client, ...other.client },
    async [Symbol.asyncDispose]() {
      rmSync(dir, { recursive: true })
      for (const around of both) await around[Symbol.asyncDispose]()
    },
  }
}
