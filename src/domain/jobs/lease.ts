import type { Fence } from '#ports/record-store.ts'
import type { Needs } from '#domain/context.ts'

/** What one node alone does at a time (security-and-reliability.md 3.6): every write of it carries the epoch. */
export interface Lease {
  /** Taken or renewed when it is time; `undefined` while it is another node's. */
  fence(): Promise<Fence | undefined>
  drop(): void
}

/** `holdMs`: longer than any step under it. */
export function createLease(
  { ground: { clock, node }, store }: Needs<'ground' | 'store'>,
  { name, holdMs, renewMs }: { readonly name: string; readonly holdMs: number; readonly renewMs: number },
): Lease {
  let lease: { readonly fence: Fence; readonly renewAt: number } | undefined
  return {
    async fence() {
      if (lease !== undefined && clock.monotonic() < lease.renewAt) return lease.fence
      const held = await store.lease(name, node.id, holdMs)
      lease = held && { fence: { lease: name, epoch: held.epoch }, renewAt: clock.monotonic() + renewMs }
      return lease?.fence
    },
    drop: () => void (lease = undefined),
  }
}
