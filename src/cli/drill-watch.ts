import { setTimeout as pause } from 'node:timers/promises'
import { nbdReader } from '#adapters/nbd-client/nbd-client.ts'
import { ask } from './admin.ts'
import { listOf, memberOf, textOf } from './json-value.ts'
import { CommandFailed } from './output.ts'

/** A disk that is read again and again, through its own export. Times are of `performance.now()`. */
export interface Watched {
  readonly id: string
  readonly firstFailed: number | undefined
  /** The first good read after one that failed. */
  readonly firstBack: number | undefined
  readonly reads: number
}

type OpenDisk = Awaited<ReturnType<ReturnType<typeof nbdReader>['open']>>

const everyMs = 25
const answerWithinMs = 3_000
const sectorBytes = 512

/** Exports a disk, or hears where it is exported already, and reads its first sector until it is told to end. What cannot be exported is not watched. */
export class DiskWatch {
  readonly id: string
  readonly #open: () => Promise<OpenDisk>
  #disk: OpenDisk | undefined
  #firstFailed: number | undefined
  #firstBack: number | undefined
  #reads = 0
  #ended = false
  #loop: Promise<void> | undefined

  constructor(id: string, open: () => Promise<OpenDisk>) {
    this.id = id
    this.#open = open
  }

  /** One good read; false where there is none to begin with. */
  async begin(): Promise<boolean> {
    if (!(await this.#read())) return false
    this.#loop = this.#watch()
    return true
  }

  seen(): Watched {
    return { id: this.id, firstFailed: this.#firstFailed, firstBack: this.#firstBack, reads: this.#reads }
  }

  async end(): Promise<void> {
    this.#ended = true
    await this.#loop
    this.#disk?.close()
  }

  async #watch(): Promise<void> {
    while (!this.#ended) {
      const good = await this.#read()
      if (!good) this.#firstFailed ??= performance.now()
      else if (this.#firstFailed !== undefined) this.#firstBack ??= performance.now()
      await pause(everyMs)
    }
  }

  async #read(): Promise<boolean> {
    this.#reads += 1
    try {
      this.#disk ??= await this.#open()
      await Promise.race([this.#disk.read(0, sectorBytes), tooLate()])
      return true
    } catch {
      // After an error the connection says nothing more of use: the next read asks for another.
      this.#disk?.close()
      this.#disk = undefined
      return false
    }
  }
}

async function tooLate(): Promise<never> {
  await pause(answerWithinMs, undefined, { ref: false })
  throw new Error('no answer')
}

/** `undefined` where the disk cannot be exported: it is attached to nothing, or its key is out of use already. */
export async function watchOf(dataDir: string, id: string): Promise<DiskWatch | undefined> {
  try {
    const served = await ask(dataDir, { method: 'POST', path: '/disks/export', body: { id } })
    const [name, socket] = [textOf(memberOf(served, 'name')), textOf(memberOf(served, 'socket'))]
    const reader = nbdReader(async () => Promise.resolve(socket))
    return new DiskWatch(id, async () => reader.open(name))
  } catch (error) {
    if (error instanceof CommandFailed) return undefined
    throw error
  }
}

/** Ids of what can be opened now, in lower case, and of what cannot. */
export async function standingsNow(dataDir: string): Promise<ReadonlyMap<string, boolean>> {
  const told = await ask(dataDir, { method: 'POST', path: '/disks/standings', body: {} })
  return new Map(
    listOf(memberOf(told, 'standings')).map(one => [textOf(memberOf(one, 'id')).toLowerCase(), memberOf(one, 'usable') === true]),
  )
}
