import type { Context } from '#domain/context.ts'
import type { HeldDisk } from '#domain/disks/disk-standing.ts'
import { operation } from '#protocols/http/operation.ts'
import type { DiskReader } from '#ports/disk-reader.ts'

/** The disk that the link leads to, and what reads it. */
export interface AccessSite {
  readonly disk: HeldDisk
  readonly reader: DiskReader
}

export const accessOperation = operation<Context, AccessSite>()
