import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { diskStanding, type HeldDisk } from '#domain/disks/disk-standing.ts'
import { imageBytes } from '#domain/disks/disk-image.ts'
import { httpDate } from '#protocols/http/http-date.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import type { AccessSite } from './site.ts'

export const ofBlob = z.object({ container: z.string(), blob: z.string() })

const unserved = z.undefined('is not served').optional()
/** Other forms of the request ask for something else than the bytes: page lists, blocks, snapshots. */
export const blobQuery = z.object({ comp: unserved, restype: unserved, snapshot: unserved, versionid: unserved })

const etagOf = ({ value }: HeldDisk): string => `"${value.access?.id ?? ''}"`

/** A page blob as blob storage describes it. Of a grant the bytes may change under the same ETag: nothing keeps the disk from being written. */
export function blobHeaders({ disk }: AccessSite): Readonly<Record<string, string>> {
  const { access } = disk.value
  return {
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    etag: etagOf(disk),
    'last-modified': httpDate(access?.grantedAt ?? disk.value.changedAt),
    'x-ms-blob-type': 'PageBlob',
    'x-ms-blob-sequence-number': '0',
    'x-ms-lease-state': 'available',
    'x-ms-lease-status': 'unlocked',
    'x-ms-server-encrypted': 'true',
    'x-ms-blob-content-length': imageBytes(disk).toString(),
  }
}

/** RFC 9110 13.1.1: who goes on with a download names what he has begun. Raises `PreconditionFailed`. */
export function refuseOtherBlob({ disk }: AccessSite, request: WireRequest): void {
  const wanted = request.header('if-match')
  if (wanted === undefined || wanted.trim() === '*') return
  if (!wanted.split(',').some(etag => etag.trim() === etagOf(disk))) throw new Problem({ code: 'PreconditionFailed' })
}

/** Asked before anything is promised: a body that cannot begin is refused, not cut. Raises `DiskKeyUnavailable`. */
export async function refuseWithoutKey(context: Context, call: Call, { disk }: AccessSite): Promise<void> {
  const standing = await diskStanding(context, call, disk.value)
  if (standing.usable) return
  throw new Problem({ code: 'DiskKeyUnavailable', details: { disk: disk.value.id, because: standing.because } })
}
