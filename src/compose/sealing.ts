import { note } from '#domain/seal/note.ts'
import type { Millis } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { operator, system } from '#model/principal.ts'
import type { SealProof } from '#protocols/admin/seal-bodies.ts'
import { openCore, type Core } from './core.ts'
import type { StillSealed, Unsealed } from './unsealed.ts'
import { createFront, type Front } from './front.ts'
import { createRootRewrap, type RootRewrap } from './root-rewrap.ts'
import { runtimeOf, sealedStatus, type SealedParts } from './runtime.ts'
import type { StopHow, World } from './world.ts'

export interface SealingParts extends SealedParts {
  readonly clusterId: string
  /** What opens it without anybody present, tried once more. */
  readonly reopen: () => Promise<Unsealed | StillSealed>
}

/** A token that is away is looked for again, each time after twice as long. */
const [firstRetryMs, longestRetryMs] = [2_000, 60_000] as const

type Raised = Pick<Parameters<typeof note>[1], 'operation' | 'who' | 'details'>

/** The seal as it comes and goes while the process lives. One thing at a time: opening, sealing, the end. */
export class Sealing {
  readonly #parts: SealingParts
  readonly #front: Front
  readonly #inTurn = createTurn()
  #core: Core | undefined
  #rewrap: RootRewrap | undefined
  #sealed: { readonly because: string; readonly since: Millis }
  #cancelRetry = (): void => {}

  constructor(parts: SealingParts) {
    const { world, clusterId } = parts
    this.#parts = parts
    this.#sealed = { because: '', since: world.started }
    this.#front = createFront(world, clusterId, {
      status: () => sealedStatus(parts, { ...this.#sealed, sentAway: this.#front.sentAway() }),
      seals: () => parts.keeper.list(),
      state: () => ({ state: world.life.state(), because: this.#sealed.because }),
      unseal: async proof => this.#inTurn(async () => this.#unseal(proof)),
      stop: () => world.onStopAsked({}),
    })
  }

  /** The first opening: it answers when this resolves, active or sealed. Rejects, with nothing standing, where it cannot. */
  async begin(opened: Unsealed | StillSealed): Promise<void> {
    if (!('sealed' in opened)) return this.#raise(opened, { operation: 'InstanceStart', details: {}, who: system })
    this.#nowSealed(opened.sealed)
    if (opened.passing) this.#retryAfter(firstRetryMs)
    return this.#parts.listeners.open(this.#front, undefined)
  }

  because(): string {
    return this.#sealed.because
  }

  /** What takes requests goes first, what they stand on last. */
  async stop({ drainMs }: StopHow): Promise<void> {
    this.#cancelRetry()
    await this.#inTurn(async () => {
      const { life } = this.#parts.world
      const core = this.#core
      if (core !== undefined) life.become('draining')
      await this.#parts.listeners.stop(drainMs)
      if (core === undefined) return
      await this.#rewrap?.stop()
      await core.rest()
      await core.close()
      life.become('sealed')
    })
  }

  /** What was changed while it runs has its entry; a sealed instance has no audit to write to, and its log alone tells. */
  async enterReload(details: Readonly<Record<string, string>>): Promise<void> {
    if (this.#core !== undefined) await note(this.#core.context, { operation: 'InstanceReload', resource: '/configuration', details })
  }

  /** Everything of an opened seal, entered in the audit before it serves; closed again where something fails. */
  async #raise({ custody, openedBy }: Unsealed, how: Raised): Promise<void> {
    const { world, listeners, keeper } = this.#parts
    world.life.become('catching-up')
    const core = await openCore(world, custody)
    try {
      await note(core.context, { ...how, resource: `/seals/${openedBy.sealId}`, details: { seal: openedBy.kind, ...how.details } })
      await listeners.open(this.#front, custody)
      await listeners.follow(core.context, core.control)
    } catch (error) {
      await core.close()
      throw error
    }
    this.#core = core
    const rewrap = createRootRewrap(core.context, custody)
    this.#rewrap = rewrap
    this.#front.open(core.context, runtimeOf({ world, core, rewrap, listeners, keeper, sealNow: () => this.#sealNow() }), core.reader)
    world.life.become('active')
    rewrap.begin()
  }

  /** As long as it is only a token that is away; not after somebody sealed it, or unsealed it meanwhile. */
  #retryAfter(delayMs: number): void {
    const again = (): void => {
      this.#inTurn(async () => this.#retry(delayMs)).catch((error: unknown) => fail(this.#parts.world, error))
    }
    this.#cancelRetry = this.#parts.world.clock.after(delayMs, again)
  }

  async #retry(delayMs: number): Promise<void> {
    const { life } = this.#parts.world
    if (life.state() !== 'sealed') return
    life.become('unsealing')
    const opened = await this.#reopened()
    if (!('sealed' in opened)) return this.#raise(opened, { operation: 'InstanceUnseal', details: this.#sealedMeanwhile(0), who: system })
    life.become('sealed')
    this.#sealed = { ...this.#sealed, because: opened.sealed }
    if (opened.passing) this.#retryAfter(Math.min(longestRetryMs, 2 * delayMs))
  }

  async #reopened(): Promise<Unsealed | StillSealed> {
    try {
      return await this.#parts.reopen()
    } catch (error) {
      return { sealed: error instanceof Error ? error.message : 'its seal does not open', passing: true }
    }
  }

  #sealedMeanwhile = (failures: number) => ({ failedAttempts: failures.toString(), sentAway: this.#front.sentAway().toString() })

  async #unseal(proof: SealProof): Promise<Readonly<Record<string, unknown>>> {
    const { world, attempts } = this.#parts
    if (world.life.state() !== 'sealed') throw new Problem({ code: 'Conflict', details: { message: 'Keystead is not sealed.' } })
    const failures = attempts.failures()
    const opened = await tryToOpen(this.#parts, proof)
    this.#cancelRetry()
    try {
      await this.#raise(opened, { operation: 'InstanceUnseal', details: this.#sealedMeanwhile(failures), who: operator })
    } catch (error) {
      // The seal is open and the instance does not stand: as at a start, that is the end of the process.
      fail(world, error)
      throw error
    }
    const { sealId, kind } = opened.openedBy
    return { state: world.life.state(), seal: { id: sealId, kind } }
  }

  /** The emergency seal begins: from now on nothing is answered, and soon no key is in memory. */
  #sealNow(): void {
    this.#inTurn(async () => this.#seal()).catch((error: unknown) => fail(this.#parts.world, error))
  }

  async #seal(): Promise<void> {
    const { world, listeners } = this.#parts
    const core = this.#core
    if (core === undefined) return
    this.#core = undefined
    world.life.become('draining')
    this.#front.shut()
    await endOf(world, Promise.all([this.#front.idle(), this.#rewrap?.stop(), core.rest()]))
    await listeners.unfollow()
    core.dropKeys()
    await core.close()
    this.#nowSealed('the operator sealed it')
  }

  #nowSealed(because: string): void {
    const { life, clock, log } = this.#parts.world
    life.become('sealed')
    this.#sealed = { because, since: clock.now() }
    log.warn('sealed', { because })
  }
}

async function tryToOpen({ world, keeper, attempts }: SealedParts, proof: SealProof): Promise<Unsealed> {
  const { life, log } = world
  life.become('unsealing')
  try {
    return await keeper.open(proof)
  } catch (error) {
    life.become('sealed')
    if (error instanceof Problem) log.warn('unseal.refused', { because: error.body.code, count: attempts.failures() })
    throw error
  }
}

function fail({ life, onFatal }: World, error: unknown): void {
  life.become('failed')
  onFatal(error instanceof Error ? error : new Error('the instance does not stand', { cause: error }))
}

/** In the order in which they were asked for; a failure holds nobody up. */
function createTurn() {
  let last: Promise<unknown> = Promise.resolve()
  return async <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}

/** After this the keys go, whatever is still under way. */
const patienceMs = 5_000

/** Resolves when the work has ended, well or not, or when patience has. */
async function endOf({ clock, log }: World, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const cancel = clock.after(patienceMs, () => {
    log.error('seal.impatient', new Error(`what was under way has not ended within ${patienceMs} ms`))
    resolve()
  })
  work
    .catch((cause: unknown) => log.error('seal.unfinished', cause))
    .finally(() => {
      cancel()
      resolve()
    })
  await promise
}
