import type { Millis } from '#model/brands.ts'
import type { KeyLease } from '#ports/export-control.ts'

/** security-and-reliability.md 3.5: no confirmation for so long suspends I/O. */
export const silenceSuspendsMs = 5_000
/** And for so long drops the DEKs: the disk must be opened anew. */
export const silenceLapsesMs = 30_000
/** A wall clock that went back further than this says nothing about the lease: not usable until the next confirmation. */
const clockSlackMs = 1_000

const refused = 0n
const usable = 1n
const at = { state: 0, confirmed: 1, holders: 2 } as const

/** The control plane's end. Confirm at each look at the key that found it usable: on every feed change and each second. */
export interface LeaseWriter {
  confirm(now: Millis): void
  /** At once, for every reader: the key must not be used. Time goes on towards the lapse. */
  suspend(): void
  /** Suspended and lapsed: the disk was closed. */
  revoke(): void
  /** Does the data plane serve under it now? A program of disks that dies leaves its hold behind. */
  held(): boolean
}

/** 24 bytes that both planes see: state, time of the last confirmation, holds. New: refused and lapsed, until it is confirmed. */
export const newLease = (): SharedArrayBuffer => new SharedArrayBuffer(24)

export function leaseWriter(buffer: SharedArrayBuffer): LeaseWriter {
  const cells = new BigInt64Array(buffer)
  return {
    confirm(now) {
      // Time before state: whoever reads between the two sees a suspended lease, never an old time that counts.
      Atomics.store(cells, at.confirmed, BigInt(now))
      Atomics.store(cells, at.state, usable)
    },
    suspend() {
      Atomics.store(cells, at.state, refused)
    },
    revoke() {
      Atomics.store(cells, at.state, refused)
      Atomics.store(cells, at.confirmed, 0n)
    },
    held: () => Atomics.load(cells, at.holders) > 0n,
  }
}

/** The data plane serves under it from now on; call what is returned once, when it does no more. What nobody holds is not watched for ever. */
export function holdLease(buffer: SharedArrayBuffer): () => void {
  const cells = new BigInt64Array(buffer)
  Atomics.add(cells, at.holders, 1n)
  return () => {
    Atomics.sub(cells, at.holders, 1n)
  }
}

/** The data plane's end, read at every request. A dead control plane confirms nothing: I/O stops by itself. */
export function leaseReader(buffer: SharedArrayBuffer): KeyLease {
  const cells = new BigInt64Array(buffer)
  const silence = (now: Millis): number => now - Number(Atomics.load(cells, at.confirmed))
  return {
    usable(now) {
      if (Atomics.load(cells, at.state) !== usable) return false
      const silent = silence(now)
      return silent >= -clockSlackMs && silent < silenceSuspendsMs
    },
    lapsed(now) {
      const silent = silence(now)
      return silent >= silenceLapsesMs || silent < -silenceLapsesMs
    },
  }
}
