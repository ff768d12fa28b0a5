import type { Bytes, Millis } from '#model/brands.ts'

/** One ciphertext layer of a disk, outermost first. `dek`: 64 bytes, moved, never copied. */
export interface OpenLayer {
  readonly dekId: string
  readonly dek: Bytes
  readonly cipher: 'aes-256-xts'
}

export interface OpenDisk {
  readonly diskId: string
  readonly sizeBytes: number
  readonly readOnly: boolean
  readonly epoch: number
  /** As its chunks' headers have it, where they were another disk's at first (ports/block-store.ts). */
  readonly lineage?: string | undefined
  readonly layers: readonly OpenLayer[]
  /** Shared memory the data plane reads at every request: see domain/disks/key-lease.ts. */
  readonly lease: SharedArrayBuffer
}

export type OpenRefusal = 'unknown' | 'policy' | 'unavailable'

/** The data plane's side of the road: no Call crosses; the control plane makes one (permit, audit) of each. */
export interface ExportControl {
  /** Asked at NBD_OPT_GO, INFO and EXPORT_NAME for what is not open under a usable lease, or anew when a lapsed lease has dropped the DEKs. */
  open(request: {
    readonly name: string
    readonly reason: 'negotiation' | 'reopen'
  }): Promise<{ readonly disk: OpenDisk } | { readonly refused: OpenRefusal; readonly why: string }>
  report(name: string, what: 'suspended' | 'resumed' | 'closed', why: string): Promise<void>
}

/** Usable until a time that the control plane keeps moving: a dead control plane stops I/O by itself. */
export interface KeyLease {
  usable(now: Millis): boolean
  /** Silent or refused for so long that DEKs must go. */
  lapsed(now: Millis): boolean
}
