import { Problem, type ProblemCode } from '#model/problem.ts'
import type { ExportControl, OpenLayer, OpenRefusal } from '#ports/export-control.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { performAsSystem } from '#domain/jobs/perform-as-system.ts'
import { diskExports } from './disk-exports.ts'
import type { DiskStanding } from './disk-standing.ts'
import type { Exported, ExportSource } from './exported.ts'
import { createExportWatch } from './export-watch.ts'
import { lookCall } from './look.ts'
import { zeroLayers } from './open-disk.ts'

/** The control plane of exports: what the data plane asks, and what the admin socket asks. */
export interface DiskExports extends ExportControl {
  /** Name of a disk's export, the same while the disk lives. Raises `DiskNotFound`; `DiskKeyUnavailable` while its key is out of use. Noted by whoever asks. */
  exportOf(id: string): Promise<{ readonly name: string; readonly diskId: string }>
  /** How many are open: served to a client now. */
  held(): number
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
  /** Services besides whose disks are exported. */
  readonly sources?: readonly ExportSource[]
}

/** Opens exports and keeps their leases: the one place that hands data keys out (design 7; security-and-reliability.md 3.5). */
export function createExportControl(context: Context, { revocationGraceMs = 0, sources = [] }: ExportTerms = {}): DiskExports {
  const watch = createExportWatch(context, revocationGraceMs)
  const all = [diskExports(context), ...sources]

  return {
    async exportOf(id) {
      const call = lookCall(context)
      const exported = found(id, await firstOf(all, async source => source.of(call, id)))
      assertUsable(exported, await exported.standing(call))
      return { name: exported.name, diskId: exported.diskId }
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
          state.opened = await openExport(all, call, name)
          return true
        },
      })
      if ('failed' in end || state.opened === undefined) {
        if (state.opened !== undefined) zeroLayers(state.opened.layers)
        return refusalOf(context, 'failed' in end ? end.failed : undefined)
      }
      const { exported, layers } = state.opened
      const { diskId, sizeBytes, epoch, lineage } = exported
      const lease = await watch.add(name, exported)
      return { disk: { diskId, sizeBytes, readOnly: false, epoch, lineage, layers, lease } }
    },

    async report(name, what, why) {
      if (watch.explains(name, what)) return
      await watch.record(name, { operation: said[what], why })
    },

    held: () => watch.held(),

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

interface Opened {
  readonly exported: Exported
  /** Outermost first; whoever takes them zeroes them. */
  readonly layers: readonly OpenLayer[]
}

/** Raises `DiskNotFound`, `DiskKeyUnavailable`, and what opening its keys raises. */
async function openExport(sources: readonly ExportSource[], call: Call, name: string): Promise<Opened> {
  const exported = found(name, await firstOf(sources, async source => source.named(call, name)))
  call.resource = exported.resource
  assertUsable(exported, await exported.standing(call))
  return { exported, layers: await exported.open(call) }
}

async function firstOf(
  sources: readonly ExportSource[],
  look: (source: ExportSource) => Promise<Exported | undefined>,
): Promise<Exported | undefined> {
  for (const source of sources) {
    const exported = await look(source)
    if (exported !== undefined) return exported
  }
  return undefined
}

function found(id: string, exported: Exported | undefined): Exported {
  if (exported === undefined) throw new Problem({ code: 'DiskNotFound', details: { id } })
  return exported
}

function assertUsable({ resource }: Exported, standing: DiskStanding): void {
  if (!standing.usable) throw new Problem({ code: 'DiskKeyUnavailable', details: { disk: resource, because: standing.because } })
}
