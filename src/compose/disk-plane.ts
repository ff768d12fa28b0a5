import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { DiskBytes } from '#ports/disk-bytes.ts'
import type { ExportControl } from '#ports/export-control.ts'
import type { Log } from '#ports/log.ts'
import { fromDisks, movable, movableLying } from './disk-messages.ts'
import type { FromDisks, ToDisks } from './disk-messages.ts'

export interface DiskPlaneNeeds {
  readonly control: ExportControl
  readonly dataDir: string
  /** Where the socket goes, if its path is short enough for one. */
  readonly socketDir: string
  readonly log: Log
}

/** The control plane's side of the program of the disks. One socket; an export's name, which nobody guesses, says which disk. */
export interface DiskPlane extends DiskBytes {
  /** Where a name can be opened; LIST tells it from then on. Asks nothing: `control.open` decides when a client comes with the name. */
  listen(name: string): Promise<{ readonly socket: string; readonly uri: string }>
  /** Where every name can be opened, once that is so. */
  socket(): Promise<string>
  /** Drops an export's connections; resolves when its bytes are durable and its DEKs are gone. */
  close(name: string, why: string): Promise<void>
  stop(): Promise<void>
  /** The program ends at once and its DEKs with it, when stopping takes too long. What clients wrote is in the files; flushed it is not. */
  kill(): Promise<void>
}

/** `sun_path` holds 108 bytes on Linux, 104 on macOS, with the closing zero. */
const socketPathBytesMax = 100
const runtimeDirBytesMax = 50
const restartDelayMs = 1_000

export function startDiskPlane(needs: DiskPlaneNeeds): DiskPlane {
  const socket = socketPath(needs.dataDir, needs.socketDir)
  const plane = new WorkerPlane(needs, socket)
  plane.start()
  return {
    async listen(name) {
      await plane.order(id => ({ say: 'offer', id, name }))
      return { socket, uri: `nbd+unix:///${encodeURIComponent(name)}?socket=${encodeURIComponent(socket).replaceAll('%2F', '/')}` }
    },
    async socket() {
      await plane.ready()
      return socket
    },
    close: async (name, why) => void (await plane.order(id => ({ say: 'close', id, name, why }))),
    remove: async diskId => void (await plane.order(id => ({ say: 'remove', id, diskId }))),
    fork: async (from, to) => void (await plane.order(id => ({ say: 'fork', id, from, to }))),
    async recrypt({ from, ...sides }) {
      const [source, target] = [movableLying(sides.source), movableLying(sides.target)]
      const moved = [...source.moved, ...target.moved]
      return (await plane.order(id => ({ say: 'recrypt', id, source: source.disk, target: target.disk, from }), moved)).next
    },
    confirm: async diskId => void (await plane.order(id => ({ say: 'confirm', id, diskId }))),
    unconfirmed: async () => (await plane.order(id => ({ say: 'unconfirmed', id }))).unconfirmed ?? [],
    stop: () => plane.stop(),
    kill: () => plane.kill(),
  }
}

/** A folder that only we can enter; elsewhere, but the same each time, when the path would be too long for a socket. */
function socketPath(dataDir: string, socketDir: string): string {
  const wanted = join(socketDir, 'nbd.sock')
  if (Buffer.byteLength(wanted) < socketPathBytesMax) {
    mkdirSync(socketDir, { recursive: true, mode: 0o700 })
    return wanted
  }
  const digest = createHash('sha256').update(dataDir).digest('hex').slice(0, 16)
  return join(ownFolder(join(runtimeDir(), `keystead-${digest}`)), 'nbd.sock')
}

function runtimeDir(): string {
  const given = process.env['XDG_RUNTIME_DIR']
  if (given !== undefined && given.startsWith('/') && Buffer.byteLength(given) < runtimeDirBytesMax) return given
  return ownFolder(join(tmpdir(), `keystead-${userInfo().uid.toString()}`))
}

/** Others may have made it first, where all may write: then it is not ours to put a socket in. */
function ownFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const found = lstatSync(path)
  if (!found.isDirectory() || found.uid !== userInfo().uid || (found.mode & 0o077) !== 0)
    throw new Error(`${path} is not a folder of ours alone`)
  return path
}

type Done = Extract<FromDisks, { readonly say: 'done' }>

interface Waiting {
  readonly resolve: (done: Done) => void
  readonly reject: (cause: Error) => void
}

/** The worker and what it was asked. It is started anew when it dies: clients reconnect to the same path. */
class WorkerPlane {
  readonly #needs: DiskPlaneNeeds
  readonly #socket: string
  #worker: Worker | undefined
  #listening = Promise.withResolvers<undefined>()
  #orders = 0
  readonly #waiting = new Map<number, Waiting>()
  #stopping = false

  constructor(needs: DiskPlaneNeeds, socket: string) {
    this.#needs = needs
    this.#socket = socket
  }

  start(): void {
    const { dataDir, log } = this.#needs
    const worker = new Worker(new URL('disks.ts', import.meta.url), { workerData: { dataDir, socketPath: this.#socket }, name: 'disks' })
    this.#worker = worker
    worker.on('message', (message: unknown) => {
      this.#hear(worker, fromDisks.parse(message))
    })
    worker.on('error', cause => {
      log.error('disks.died', cause)
    })
    worker.on('exit', () => {
      this.#ended(worker)
    })
  }

  async ready(): Promise<void> {
    await this.#listening.promise
  }

  async order(make: (id: number) => ToDisks, moved: readonly ArrayBuffer[] = []): Promise<Done> {
    await this.ready()
    this.#orders += 1
    const id = this.#orders
    const { promise, resolve, reject } = Promise.withResolvers<Done>()
    this.#waiting.set(id, { resolve, reject })
    this.#worker?.postMessage(make(id), moved)
    return promise
  }

  async stop(): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    const worker = this.#worker
    if (worker === undefined) return
    await this.order(id => ({ say: 'stop', id }))
    await worker.terminate()
  }

  async kill(): Promise<void> {
    this.#stopping = true
    await this.#worker?.terminate()
  }

  #hear(worker: Worker, message: FromDisks): void {
    switch (message.say) {
      case 'listening':
        this.#listening.resolve(undefined)
        return
      case 'open':
        void this.#open(worker, message.id, message.request)
        return
      case 'report':
        void this.#report(worker, message)
        return
      case 'done':
        this.#settle(message)
        return
      case 'log':
        this.#log(message)
        return
      default:
        message satisfies never
    }
  }

  #settle(done: Done): void {
    const { id, error } = done
    const order = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) order?.resolve(done)
    else order?.reject(new Error(`the disks' program ${error}`))
  }

  async #open(worker: Worker, id: number, request: Parameters<ExportControl['open']>[0]): Promise<void> {
    try {
      const answer = await this.#needs.control.open(request)
      if ('refused' in answer) {
        worker.postMessage({ say: 'opened', id, answer } satisfies ToDisks, [])
        return
      }
      const { disk, moved } = movable(answer.disk)
      worker.postMessage({ say: 'opened', id, answer: { disk } }, moved)
    } catch (cause) {
      this.#needs.log.error('disk.open-failed', cause)
      worker.postMessage({ say: 'failed', id } satisfies ToDisks, [])
    }
  }

  async #report(worker: Worker, { id, name, what, why }: Extract<FromDisks, { say: 'report' }>): Promise<void> {
    try {
      await this.#needs.control.report(name, what, why)
    } catch (cause) {
      this.#needs.log.error('disk.report-failed', cause, { state: what })
    }
    worker.postMessage({ say: 'reported', id } satisfies ToDisks, [])
  }

  #log({ level, event, cause, disk }: Extract<FromDisks, { say: 'log' }>): void {
    const fields = disk === '' ? {} : { disk }
    if (level === 'error') this.#needs.log.error(event, cause, fields)
    else this.#needs.log[level](event, fields)
  }

  #ended(worker: Worker): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const ended = new Error("the disks' program ended")
    for (const order of this.#waiting.values()) order.reject(ended)
    this.#waiting.clear()
    this.#listening.promise.catch(() => undefined)
    this.#listening.reject(ended)
    if (this.#stopping) return
    this.#listening = Promise.withResolvers<undefined>()
    setTimeout(() => {
      if (!this.#stopping) this.start()
    }, restartDelayMs)
  }
}
