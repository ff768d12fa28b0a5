import { millis, type Millis } from '#model/brands.ts'
import type { Call } from './call.ts'

/** security-and-reliability.md 4.1: every SDK client begins with a request without token, so the first of a minute are entered in full. */
export const fullPerMinute = 1_000
const minuteMs = 60_000
/** Networks told apart within a minute; what comes from further ones is counted as theirs. */
const sourcesMax = 4_096
const otherSources = 'others'

/** What a source sent of one plane within one minute, beyond what was entered in full. */
export interface Flood {
  readonly source: string
  readonly plane: string
  /** Begin of the minute. */
  readonly minute: Millis
  /** Answered with what everybody is told, or refused. */
  readonly allowed: boolean
  /** How many were answered with which status. */
  readonly statuses: ReadonlyMap<number, number>
}

/** Requests that come over the network without valid credentials, refused or answered with what everybody is told: a flood of them must not make the log the weapon. */
export interface Noise {
  /** Takes one of the source's places in the log; false where this minute's are taken. */
  enters(call: Call, status: number): boolean
  /** Counts one that left without an entry. */
  count(call: Call, status: number): void
  /** The floods of past minutes, or of all, handed over: whoever takes them enters them, or puts them back. */
  take(now: Millis, which: 'past' | 'all'): readonly Flood[]
  putBack(flood: Flood): void
}

interface Answered {
  readonly status: number
  /** The operation tells everybody the same, and changes nothing. */
  readonly open: boolean
}

/** Nobody has proved who calls, and the answer is no, or what everybody is told. No other success is noise, and the admin socket has no address. */
export const isNoise = ({ who, ruling, source }: Call, { status, open }: Answered): boolean =>
  who.kind === 'anonymous' && (open || status >= 400 || !ruling.allowed) && source.sourceIp !== undefined && source.sourceIp !== ''

/** `limited` false (KEYSTEAD_THROTTLE=off): everything is entered in full. */
export function createNoise(terms: { readonly limited: boolean }): Noise {
  let minute = 0
  let entered = new Map<string, number>()
  const { add, take } = createTally()
  const sourceOf = ({ source }: Call): string => {
    const network = networkOf(source.sourceIp ?? '')
    const known = placesOf.some(allowed => entered.has(placeOf(network, allowed)))
    return known || entered.size < sourcesMax ? network : otherSources
  }
  return {
    enters(call, status) {
      if (!terms.limited) return true
      const now = minuteOf(call.at)
      if (now !== minute) [minute, entered] = [now, new Map<string, number>()]
      const place = placeOf(sourceOf(call), isAnswered(call, status))
      const before = entered.get(place) ?? 0
      if (before >= fullPerMinute) return false
      entered.set(place, before + 1)
      return true
    },
    count(call, status) {
      const { source, at } = call
      add({ source: sourceOf(call), plane: source.plane, minute: minuteOf(at), allowed: isAnswered(call, status) }, status, 1)
    },
    take,
    putBack(flood) {
      for (const [status, count] of flood.statuses) add(flood, status, count)
    },
  }
}

interface Tally {
  readonly add: (flood: Omit<Flood, 'statuses'>, status: number, count: number) => void
  readonly take: Noise['take']
}

function createTally(): Tally {
  const floods = new Map<string, { readonly flood: Flood; readonly statuses: Map<number, number> }>()
  return {
    add(flood, status, count) {
      const { source, plane, allowed } = flood
      const { statuses } = floods.getOrInsertComputed(JSON.stringify([flood.minute, source, plane, allowed]), () => {
        const counted = new Map<number, number>()
        return { flood: { ...flood, statuses: counted }, statuses: counted }
      })
      statuses.set(status, (statuses.get(status) ?? 0) + count)
    },
    take(now, which) {
      const taken = [...floods].filter(([, { flood }]) => which === 'all' || flood.minute !== minuteOf(now))
      for (const [key] of taken) floods.delete(key)
      return taken.map(([, { flood }]) => flood)
    },
  }
}

const isAnswered = ({ ruling }: Call, status: number): boolean => ruling.allowed && status < 400

/** Refusals have places of their own: who asks for key sets all day hides no refusal by it. */
const placeOf = (source: string, allowed: boolean): string => `${source} ${allowed ? 'answered' : 'refused'}`
const placesOf = [true, false] as const

const minuteOf = (at: Millis): Millis => millis(at - (at % minuteMs))

/** Whoever has one address of IPv6 has 2^64 of them: they count as one. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after]
  return `${groups.slice(0, 4).join(':')}::/64`
}
