import { setTimeout as pause } from 'node:timers/promises'
import { startGuard } from './drill-guard.ts'
import { standingsNow, watchOf, type DiskWatch, type Watched } from './drill-watch.ts'
import { listOf, memberOf, textOf } from './json-value.ts'
import type { KeySwitch } from './key-switch.ts'
import { CommandFailed, exits } from './output.ts'

export interface Drill {
  readonly dataDir: string
  readonly key: KeySwitch
  /** What disabling the key would stop. */
  readonly impact: unknown
  readonly holdMs: number
  /** Ends it early: the key is put on at once. */
  readonly signal: AbortSignal
}

export interface DrillResult {
  /** In the order in which it happened, RFC 3339. */
  readonly timeline: readonly { readonly at: string; readonly event: string }[]
  /** Ids that were to stop and did; that were to and did not; that stopped unasked; that did not come back. */
  readonly stopped: readonly string[]
  readonly missed: readonly string[]
  readonly unexpected: readonly string[]
  readonly stillDown: readonly string[]
  /** Read through their own exports all the while. */
  readonly watched: readonly { readonly id: string; readonly failSeconds: number | null; readonly backSeconds: number | null }[]
  readonly failSeconds: number | null
  readonly backSeconds: number | null
  readonly asPredicted: boolean
}

/** So many disks are read; of all the others it is looked whether they can be opened. */
const watchedMax = 16
/** Within a second a key that is taken away has to stop what is under it, and one that is back to let it go on; on a busy machine a little more. */
const stopsWithinMs = 5_000
const backWithinMs = 15_000
const restMs = 100

/** Nothing was done, for sure. */
const refused: ReadonlySet<number> = new Set([exits.denied, exits.missing, exits.conflict, exits.usage])

const observed = new Set(['disk', 'volume', 'diskEncryptionSet'])

/** Disables, watches, enables, whatever happens in between, and compares. Raises what the first request is refused with. */
export async function runDrill(drill: Drill): Promise<DrillResult> {
  const before = await standingsNow(drill.dataDir)
  const usable = [...before].flatMap(([id, is]) => (is ? [id] : []))
  const stops = listOf(memberOf(drill.impact, 'stops')).filter(one => observed.has(textOf(memberOf(one, 'kind'))))
  const names = new Map(stops.map(one => [textOf(memberOf(one, 'id')).toLowerCase(), textOf(memberOf(one, 'id'))]))
  const predicted = [...names.keys()].filter(id => before.get(id) === true)
  const watches = await begun(drill, stops)
  const course = new Course(drill, watches)
  try {
    await course.putOff()
    const down = await course.downOf(usable, new Set(predicted))
    await course.hold()
    await course.putOn()
    const stillDown = await course.cameBack(down)
    return course.result({
      stopped: predicted.filter(id => down.has(id)).map(id => names.get(id) ?? id),
      missed: predicted.filter(id => !down.has(id)).map(id => names.get(id) ?? id),
      unexpected: [...down].filter(id => !names.has(id)),
      stillDown,
    })
  } finally {
    await course.putOn()
    await Promise.all(watches.map(async watch => watch.end()))
  }
}

async function begun({ dataDir }: Drill, stops: readonly unknown[]): Promise<readonly DiskWatch[]> {
  const disks = stops.filter(one => textOf(memberOf(one, 'kind')) !== 'diskEncryptionSet').slice(0, watchedMax)
  const found = await Promise.all(disks.map(async one => watchOf(dataDir, textOf(memberOf(one, 'id')))))
  const good = await Promise.all(found.map(async watch => ((await watch?.begin()) === true ? watch : undefined)))
  return good.filter(watch => watch !== undefined)
}

/** Where a drill is, and when it came there. */
class Course {
  readonly #drill: Drill
  readonly #watches: readonly DiskWatch[]
  readonly #timeline: { readonly at: string; readonly event: string }[] = []
  #guard: Awaited<ReturnType<typeof startGuard>> | undefined
  #off = 0
  #on = 0

  constructor(drill: Drill, watches: readonly DiskWatch[]) {
    this.#drill = drill
    this.#watches = watches
  }

  async putOff(): Promise<void> {
    this.#guard = await startGuard(this.#drill.key)
    this.#off = performance.now()
    try {
      await this.#drill.key.disable()
    } catch (error) {
      if (error instanceof CommandFailed && refused.has(error.failure.exit)) this.#letGo()
      throw error
    }
    this.#note('disabled')
  }

  /** What of `usable` cannot be opened any more, once all that was predicted is among it, or it has had its time. */
  async downOf(usable: readonly string[], predicted: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const end = performance.now() + stopsWithinMs
    for (;;) {
      const now = await standingsNow(this.#drill.dataDir)
      const down = new Set(usable.filter(id => now.get(id) === false))
      const failed = this.#watches.every(watch => watch.seen().firstFailed !== undefined)
      const all = failed && [...predicted].every(id => down.has(id))
      if (all || performance.now() > end || this.#drill.signal.aborted) {
        this.#note(all ? 'stopped as predicted' : 'waited for what was to stop')
        return down
      }
      await pause(restMs)
    }
  }

  async hold(): Promise<void> {
    await pause(this.#drill.holdMs, undefined, { signal: this.#drill.signal }).catch(() => undefined)
  }

  /** Once; a second time it is done already. */
  async putOn(): Promise<void> {
    if (this.#guard === undefined) return
    await this.#drill.key.enable()
    this.#on = performance.now()
    this.#note('enabled')
    this.#letGo()
  }

  #letGo(): void {
    this.#guard?.dismiss()
    this.#guard = undefined
  }

  async cameBack(down: ReadonlySet<string>): Promise<readonly string[]> {
    const end = performance.now() + backWithinMs
    for (;;) {
      const now = await standingsNow(this.#drill.dataDir)
      const left = [...down].filter(id => now.get(id) !== true)
      const read = this.#watches.every(watch => watch.seen().firstFailed === undefined || watch.seen().firstBack !== undefined)
      if (left.length === 0 && read) this.#note('all of it is back')
      if ((left.length === 0 && read) || performance.now() > end) return left
      await pause(restMs)
    }
  }

  result(found: Pick<DrillResult, 'stopped' | 'missed' | 'unexpected' | 'stillDown'>): DrillResult {
    const watched = this.#watches.map(watch => this.#times(watch.seen()))
    const longest = (times: readonly (number | null)[]): number | null =>
      times.reduce((most, one) => (one === null ? most : Math.max(most ?? 0, one)), null)
    const failed = watched.every(({ failSeconds, backSeconds }) => failSeconds !== null && backSeconds !== null)
    const none = [found.missed, found.unexpected, found.stillDown].every(({ length }) => length === 0)
    return {
      timeline: this.#timeline,
      ...found,
      watched,
      failSeconds: longest(watched.map(({ failSeconds }) => failSeconds)),
      backSeconds: longest(watched.map(({ backSeconds }) => backSeconds)),
      asPredicted: failed && none && !this.#drill.signal.aborted,
    }
  }

  #times({ id, firstFailed, firstBack }: Watched): DrillResult['watched'][number] {
    const seconds = (at: number | undefined, since: number): number | null =>
      at === undefined ? null : Math.max(0, Math.round(at - since)) / 1_000
    return { id, failSeconds: seconds(firstFailed, this.#off), backSeconds: seconds(firstBack, this.#on) }
  }

  #note(event: string): void {
    this.#timeline.push({ at: new Date().toISOString(), event })
  }
}
