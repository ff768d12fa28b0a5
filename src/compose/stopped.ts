import { homedir } from 'node:os'
import { join } from 'node:path'
import { openReader } from '#adapters/sqlite/reader.ts'
import { readingStore } from '#adapters/sqlite/record-store.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import type { Config } from '#config'
import type { AuditReading } from '#protocols/admin/site.ts'
import { readAudit } from './audit.ts'
import { checkBytes, type BytesReport } from './bytes-check.ts'
import { filesOf, openDataDirectory } from './data-directory.ts'

export interface Stopped extends AsyncDisposable {
  readonly audit: AuditReading
  /** As a running instance checks them. */
  checkBytes(): Promise<BytesReport>
}

export interface StoppedAt {
  readonly dataDir: string
  readonly sealFile: string | undefined
  /** Opens it instead of the key file. */
  readonly passphrase?: string
  readonly token?: Config['token']
}

/** A data directory that no instance holds, opened by its seal for looking: the lock is held meanwhile, nothing is written. */
export async function openStopped(at: StoppedAt): Promise<Stopped> {
  const stateHome = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state')
  const directory = await openDataDirectory({
    token: undefined,
    ...at,
    stateHome,
    clock: systemClock,
    random: systemRandom(),
    mustExist: true,
  })
  const reader = openReader(filesOf(at.dataDir).database)
  directory.custody.barrier.admit(reader.compartmentKeys())
  const { audit } = reader
  return {
    audit: readAudit({
      custody: directory.custody,
      dataDir: at.dataDir,
      log: {
        batches: async (node, after, limit) => audit.batches(node, after, limit),
        heads: async (node, after, limit) => audit.heads(node, after, limit),
        nodes: async () => audit.nodes(),
        lastBatch: async node => audit.lastBatch(node),
        leaves: async (from, limit) => audit.leaves(from, limit),
        lastLeaf: async node => audit.lastLeaf(node),
        lastCheckpoint: async () => audit.lastCheckpoint(),
        addLeaves: async () => refuse(),
        addCheckpoint: async () => refuse(),
      },
    }),
    async checkBytes() {
      return checkBytes(at.dataDir, { store: readingStore(reader), barrier: directory.custody.barrier })
    },
    async [Symbol.asyncDispose]() {
      reader[Symbol.dispose]()
      directory.custody.close()
      directory[Symbol.dispose]()
    },
  }
}

function refuse(): never {
  throw new Error('a stopped instance is only looked at')
}
