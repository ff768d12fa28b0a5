import assert from 'node:assert/strict'
import type { Bytes } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Clock } from '#ports/clock.ts'
import { TokenFailed, type Token, type TokenBox, type TokenFacts, type TokenKeyName, type TokenPlace } from '#ports/tokens.ts'
import type { Random } from '#ports/random.ts'
import { tokenFailure } from './failures.ts'
import type { Verb } from './frames.ts'

export interface TokenParts {
  readonly place: TokenPlace
  /** Read whenever the token is opened; disposed of once it has gone to it. */
  readonly pin: () => SecretBytes
  readonly clock: Clock
  readonly random: Random
  /** How many requests it works on at once. */
  readonly sessions?: number
  readonly deadlinesMs?: { readonly open: number; readonly use: number }
  readonly program?: string
}

/** Hardware is asked for a key pair's worth of patience at most: this side makes none in it. */
const patience = { open: 15_000, use: 5_000 } as const
const restMs = 1_000
/** What a token answered about a PIN stays so until somebody has looked at it. */
const final = new Set(['pinRefused', 'pinLocked', 'pinLastTry', 'pinUnreadable'])

/** A token behind a process of its own, which is started at the first use and anew when it was lost (ports/tokens.ts). */
export function pkcs11Token(parts: TokenParts): Token {
  const host = keptHost(parts)
  const { random } = parts
  return {
    open: async () => host.using(async one => one.facts),
    hasKey: async name => unlessMissing(host.using(async one => one.use('find', wordsOf(name)))),
    makeKey: async name =>
      host.using(async one => {
        if (!(await unlessMissing(one.use('find', wordsOf(name))))) await one.use('generate', wordsOf(name))
      }),
    seal: async (name, plaintext, aad) => host.using(async one => sealedBy(one, { name, plaintext, aad, iv: random.bytes(ivBytes) })),
    unseal: async (name, box, aad) => host.using(async one => openedBy(one, { name, box, aad, iv: random.bytes(ivBytes) })),
    async destroyKey(name) {
      await unlessMissing(host.using(async one => one.use('destroy', wordsOf(name))))
    },
    random: async length => host.using(async one => randomOf(one, length)),
    [Symbol.dispose]: () => host.end(),
  }
}

const [ivBytes, tagBytes] = [12, 16]
const wordsOf = ({ label, id }: TokenKeyName): readonly [Bytes, Bytes] => [Buffer.from(label, 'utf8'), id]
const isFailure = (error: unknown, ...failures: readonly TokenFailed['failure'][]): error is TokenFailed =>
  error instanceof TokenFailed && failures.includes(error.failure)

/** Is it there? */
async function unlessMissing(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if (isFailure(error, 'keyMissing')) return false
    throw error
  }
}

interface Named {
  readonly name: TokenKeyName
  readonly aad: Bytes
  readonly iv: Bytes
}

async function sealedBy(host: OpenHost, { name, plaintext, aad, iv: given }: Named & { readonly plaintext: Bytes }): Promise<TokenBox> {
  const [iv, ciphertext] = await host.use('seal', [...wordsOf(name), given, aad, plaintext])
  assert(iv !== undefined && ciphertext !== undefined, 'a host that seals answers with both')
  return { iv, ciphertext }
}

/**
 * Which code a token has for a box that does not open is its own affair (security-and-reliability.md 5.9): where opening fails and the same key
 * opens what it seals now, it was the box. Otherwise it is the token that is not sound, and what it said is thrown.
 */
async function openedBy(host: OpenHost, { box, ...named }: Named & { readonly box: TokenBox }): Promise<SecretBytes | undefined> {
  if (box.iv.length !== ivBytes || box.ciphertext.length < tagBytes) return undefined
  const open = async ({ iv, ciphertext }: TokenBox): Promise<Bytes> => {
    const [, opened] = await host.use('unseal', [...wordsOf(named.name), iv, named.aad, ciphertext])
    assert(opened !== undefined, 'a host that opens answers with a plaintext')
    return opened
  }
  try {
    return new SecretBytes(await open(box))
  } catch (error) {
    if (!isFailure(error, 'lost', 'refused')) throw error
    const proof = Uint8Array.of(1, 2, 3)
    const opened = await open(await sealedBy(host, { ...named, plaintext: proof }))
    if (Buffer.compare(opened, proof) !== 0) throw error
    return undefined
  }
}

async function randomOf(host: OpenHost, length: number): Promise<SecretBytes> {
  const wanted = Buffer.alloc(4)
  wanted.writeUInt32BE(length)
  const [bytes] = await host.use('random', [wanted])
  assert(bytes?.length === length, 'as many bytes as were asked for')
  return new SecretBytes(bytes)
}

interface OpenHost {
  readonly facts: TokenFacts
  readonly since: number
  use(verb: Verb, fields: readonly Bytes[]): Promise<readonly Bytes[]>
  readonly ended: () => boolean
  end(): void
}

interface Kept {
  current: Promise<OpenHost> | undefined
  /** Until when its failure to open is told again without asking. */
  failed: { readonly error: TokenFailed; readonly until: number } | undefined
  over: boolean
}

/** One process at a time; its failures to open are remembered, so that nobody knocks again and again at a token that said no. */
function keptHost(parts: TokenParts) {
  const { clock, place } = parts
  const state: Kept = { current: undefined, failed: undefined, over: false }
  const opened = async (): Promise<OpenHost> => {
    const { failed } = state
    if (state.over) throw tokenFailure('lost', place)
    if (failed !== undefined && clock.monotonic() < failed.until) throw failed.error
    const opening = openedHost(parts)
    state.current = opening
    try {
      return await opening
    } catch (error) {
      if (state.current === opening) state.current = undefined
      if (error instanceof TokenFailed) state.failed = { error, until: final.has(error.failure) ? Infinity : clock.monotonic() + restMs }
      throw error
    }
  }
  const current = async (): Promise<OpenHost> => {
    const kept = state.current
    if (kept === undefined) return opened()
    const host = await kept
    if (!host.ended()) return host
    if (state.current === kept) state.current = undefined
    return current()
  }
  return {
    /**
     * A session that is lost is opened anew, and what was asked is asked once more. A token that was pulled out may say no more than that its
     * keys are not there: so it is asked again too, at most once a second.
     */
    async using<T>(work: (host: OpenHost) => Promise<T>): Promise<T> {
      const host = await current()
      try {
        return await work(host)
      } catch (error) {
        const stale = isFailure(error, 'keyMissing') && clock.monotonic() - host.since >= restMs
        if (!stale && !isFailure(error, 'lost')) throw error
        host.end()
      }
      return work(await current())
    },
    end() {
      state.over = true
      void endOf(state.current)
    },
  }
}

async function endOf(opening: Promise<OpenHost> | undefined): Promise<void> {
  try {
    const host = await opening
    host?.end()
  } catch {
    // It ended where it failed.
  }
}

async function openedHost(parts: TokenParts): Promise<OpenHost> {
  const { place, clock, sessions = 4, deadlinesMs = patience } = parts
  // Loaded for the first token that is asked: most starts never do (performance.md 11).
  const { builtHost, startTokenHost } = await import('./token-host.ts')
  using pin = pinOf(parts)
  const host = startTokenHost({ place, clock, program: parts.program ?? builtHost })
  const wanted = Buffer.alloc(4)
  wanted.writeUInt32BE(sessions)
  try {
    const said = await host.ask('open', [Buffer.from(place.module), Buffer.from(place.label), pin.bytes, wanted], deadlinesMs.open)
    const [serial = '', model = '', manufacturer = ''] = said.map(bytes => Buffer.from(bytes).toString('utf8').trimEnd())
    return {
      facts: { serial, model, manufacturer },
      since: clock.monotonic(),
      use: async (verb, fields) => host.ask(verb, fields, deadlinesMs.use),
      ended: host.ended,
      end: () => host.end(),
    }
  } catch (error) {
    host.end()
    throw error
  }
}

function pinOf({ pin, place }: TokenParts): SecretBytes {
  try {
    return pin()
  } catch (cause) {
    throw tokenFailure('pinUnreadable', place, { cause, ...(cause instanceof Error && { code: cause.message }) })
  }
}
