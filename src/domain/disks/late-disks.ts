import type { DiskBytes } from '#ports/disk-bytes.ts'

/** Disks' bytes for a context that is composed before their program is started: whoever asks sooner waits for it. */
export function lateDisks(): { readonly diskBytes: DiskBytes; readonly started: (disks: DiskBytes) => void } {
  const { promise, resolve } = Promise.withResolvers<DiskBytes>()
  return {
    started: resolve,
    diskBytes: {
      fork: async (from, to) => (await promise).fork(from, to),
      recrypt: async request => (await promise).recrypt(request),
      confirm: async diskId => (await promise).confirm(diskId),
      remove: async diskId => (await promise).remove(diskId),
      unconfirmed: async () => (await promise).unconfirmed(),
    },
  }
}
