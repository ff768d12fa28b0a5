import type { Call } from '#domain/call.ts'
import type { OpenLayer } from '#ports/export-control.ts'
import type { DiskStanding } from './disk-standing.ts'

/** What an export serves: a disk, of whichever service. */
export interface Exported {
  /** Name of the export: the 32 hex digits of a compartment, a point and 32 random ones. */
  readonly name: string
  /** As entries name it. */
  readonly resource: string
  /** 32 hex digits: names its chunks. */
  readonly diskId: string
  readonly sizeBytes: number
  readonly epoch: number
  /** The disk whose chunks its own were at first, if they were another's. */
  readonly lineage?: string | undefined
  /** The same as the call sees it; `undefined`: it is no more, or exported under another name. */
  again(call: Call): Promise<Exported | undefined>
  /** Can its bytes be opened now? Looks at records and rulings alone, and notes all that it read. */
  standing(call: Call): Promise<DiskStanding>
  /** Its data keys, outermost first; whoever takes them zeroes them. Raises what keys that cannot be used raise. */
  open(call: Call): Promise<readonly OpenLayer[]>
}

/** Where a service's disks are found. */
export interface ExportSource {
  /** By the name of an export. */
  named(call: Call, name: string): Promise<Exported | undefined>
  /** As an operator names it. */
  of(call: Call, id: string): Promise<Exported | undefined>
}

/** Both parts of an export's name. */
export const exportName = /^(?<compartment>[0-9a-f]{32})\.[0-9a-f]{32}$/
