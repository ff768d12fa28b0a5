import { Problem, type ProblemCode } from '#model/problem.ts'
import type { ExportControl, OpenRefusal } from '#ports/export-control.ts'
import type { Context } from '#domain/context.ts'
import { performAsSystem } from '#domain/jobs/perform-as-system.ts'
import { diskByArmId, diskStanding } from './disk-standing.ts'
import { createExportWatch } from './export-watch.ts'
import { lookCall } from './look.ts'
import { openDisk, zeroLayers, type Opened } from './open-disk.ts'

/** The control plane of exports: what the data plane asks, and what the admin socket asks. */
export interface DiskExports extends ExportControl {
  /** Name of a disk's export, the same while the disk lives. Raises `DiskNotFound`; `DiskKeyUnavailable` while its key is out of use. Noted by whoever asks. */
  exportOf(armId: string): Promise<{ readonly name: string; readonly diskId: string }>
  /** Nothing is confirmed any more: every lease falls silent. */
  stop(): void
}

const refusals: Partial<Record<ProblemCode, OpenRefusal>> = {
  DiskNotFound: 'unknown',
  DiskKeyUnavailable: 'policy',
  KeyVaultAccessForbidden: 'policy',
  AccessDenied: 'policy',
}

const said = { suspended: 'DiskExportSuspended', resumed: 'DiskExportResumed', closed: 'DiskExportClosed' } as const

export interface ExportTerms {
  /** For so long an open export goes on after its key was lost; by itself not at all (requirements E9). */
  readonly revocationGraceMs?: number
}

/** Opens exports and keeps their leases: the one place that hands data keys out (design 7; security-and-reliability.md 3.5). */
export function createExportControl(context: Context, { revocationGraceMs = 0 }: ExportTerms = {}): DiskExports {
  const watch = createExportWatch(context, revocationGraceMs)

  return {
    async exportOf(armId) {
      const call = lookCall(context)
      const disk = await diskByArmId(context, call, armId)
      if (disk === undefined) throw new Problem({ code: 'DiskNotFound', details: { id: armId } })
      const standing = await diskStanding(context, call, disk.value)
      if (!standing.usable) throw new Problem({ code: 'DiskKeyUnavailable', details: { disk: disk.value.id, because: standing.because } })
      return { name: disk.value.exportName, diskId: disk.value.diskId }
    },

    async open({ name, reason }) {
      const state: { opened: Opened | undefined } = { opened: undefined }
      const end = await performAsSystem(context, {
        operation: 'DiskExportOpen',
        resource: 'disks',
        async run(call) {
          call.details.set('reason', reason)
          // A try that runs again has opened keys that nobody will use.
          if (state.opened !== undefined) zeroLayers(state.opened.layers)
          state.opened = undefined
          state.opened = await openDisk(context, call, name)
          return true
        },
      })
      if ('failed' in end || state.opened === undefined) {
        if (state.opened !== undefined) zeroLayers(state.opened.layers)
        return refusalOf(context, 'failed' in end ? end.failed : undefined)
      }
      const { disk, layers } = state.opened
      const { diskId, sizeBytes, epoch } = disk.value
      const lease = await watch.add(name, disk)
      return { disk: { diskId, sizeBytes, readOnly: false, epoch, layers, lease } }
    },

    async report(name, what, why) {
      if (watch.explains(name, what)) return
      await watch.record(name, { operation: said[what], why })
    },

    stop() {
      watch.stop()
    },
  }
}

function refusalOf(context: Context, error: unknown): { readonly refused: OpenRefusal; readonly why: string } {
  if (!(error instanceof Problem)) {
    if (error !== undefined) context.log.error('disk.open-failed', error)
    return { refused: 'unavailable', why: 'the disk cannot be opened now' }
  }
  const { code, details } = error.body
  const why = code === 'DiskKeyUnavailable' ? details.because : code === 'DiskNotFound' ? 'no such export' : `refused: ${code}`
  return { refused: refusals[code] ?? 'unavailable', why }
}
