import { readdirSync, unlinkSync } from 'node:fs'
import { freshNameOf, nameOf } from './chunk-file.ts'
import { ChunkList } from './chunk-list.ts'

/** Names of chunks in a disk's folder, and the list that goes with them: which must be there. */
export class ChunkNames {
  readonly #folder: string
  readonly #named: Set<number>
  /** Named, and not in the list yet. */
  readonly #unlisted = new Set<number>()
  /** Named, and without a sector: the names go with the next flush, after the list has forgotten them. */
  readonly #emptied = new Set<number>()
  readonly #list: ChunkList

  constructor(folder: string) {
    this.#folder = folder
    this.#named = namesIn(folder)
    this.#list = ChunkList.open(folder, this.#named)
  }

  get all(): ReadonlySet<number> {
    return this.#named
  }

  /** Listed, and without a file. */
  get lost(): Set<number> {
    return this.#list.lost
  }

  /** A chunk's file has its name; durable with the folder. */
  came(chunk: number): void {
    this.#named.add(chunk)
    this.#unlisted.add(chunk)
  }

  /** A chunk has no sector any more: `named`, its file had the name itself. */
  emptied(chunk: number, named: boolean): void {
    if (named) this.#named.add(chunk)
    if (this.#named.has(chunk)) this.#emptied.add(chunk)
  }

  /** All of a lost chunk is cleared: the list may forget it. */
  forget(chunk: number): void {
    if (this.#list.lost.delete(chunk)) this.#emptied.add(chunk)
  }

  /** The list has room for the coming of one more than are `present`, and for the going of every one. */
  makeRoom(present: number): void {
    this.#list.makeRoom(2 * (present + this.#emptied.size + 1))
  }

  /** Takes away the names of chunks that are empty still; one that has sectors again has its file replaced, under the same name. True: the folder moved. */
  async drop(present: ReadonlySet<number>): Promise<boolean> {
    const empty = [...this.#emptied].filter(chunk => !present.has(chunk))
    this.#emptied.clear()
    await this.#list.remove(empty)
    for (const chunk of empty) {
      if (present.has(chunk)) continue
      this.#unlisted.delete(chunk)
      if (this.#named.delete(chunk)) unlinkSync(`${this.#folder}/${nameOf(chunk)}`)
    }
    return empty.length > 0
  }

  /** Those that came by now, for the list: to be called when they are durable. */
  arrivals(): () => Promise<void> {
    const chunks = [...this.#unlisted]
    this.#unlisted.clear()
    return async () => this.#list.add(chunks)
  }

  close(): void {
    this.#list.close()
  }
}

/** Chunks that were never flushed have no header to trust: to the client they are unflushed writes lost in a power cut. */
function namesIn(folder: string): Set<number> {
  const present = new Set<number>()
  for (const name of readdirSync(folder)) {
    const chunk = Number.parseInt(name, 10)
    if (name === nameOf(chunk)) present.add(chunk)
    if (name === freshNameOf(chunk)) unlinkSync(`${folder}/${name}`)
  }
  return present
}
