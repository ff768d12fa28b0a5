// For tests alone: the whole wire of links over a disk whose bytes are known, without sockets.
import type { AccessLink } from '#domain/disks/access-grant.ts'
import { endAccess, grantAccess } from '#domain/disks/access-grant.ts'
import { diskGround, type DiskGround } from '#domain/disks/testing.ts'
import type { DiskReader } from '#ports/disk-reader.ts'
import { accessUrl } from '#protocols/azure/access-urls.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, type Answered, type Asked } from '#protocols/http/testing.ts'
import { diskAccessProtocol } from './index.ts'

export const domain = 'keystead.test'

/** Byte of a disk at an offset: another in each sector, and none at a boundary like its neighbours. */
export const byteAt = (offset: number): number => (offset * 31 + Math.floor(offset / 512) * 7) % 251

export interface AccessWire {
  readonly ground: DiskGround
  /** What the reader was asked, in order. */
  readonly asked: string[]
  readonly grant: (durationSeconds?: number) => Promise<AccessLink>
  readonly revoke: () => Promise<void>
  readonly urlOf: (link: AccessLink) => string
  readonly send: (url: string, how?: Partial<Asked>) => Promise<Answered>
  readonly entries: (operation: string) => readonly Record<string, unknown>[]
}

/** `eachRead`: runs before a piece is read. */
export async function accessWire(
  eachRead: (piece: number, wire: AccessWire) => Promise<void> = async () => undefined,
): Promise<AccessWire> {
  const ground = await diskGround()
  const { context } = ground
  const { disk } = await ground.setWithDisk()
  const asked: string[] = []
  const reader: DiskReader = {
    async open(exportName) {
      asked.push(`open ${exportName}`)
      let pieces = 0
      return {
        sizeBytes: disk.value.sizeBytes,
        async read(offset, length) {
          await eachRead(pieces, wire)
          pieces += 1
          asked.push(`read ${offset} ${length}`)
          return Uint8Array.from({ length }, (_, at) => byteAt(offset + at))
        },
        close: () => void asked.push('close'),
      }
    },
  }
  const pipeline = createPipeline(context, diskAccessProtocol(domain, reader))
  const wire: AccessWire = {
    ground,
    asked,
    grant: async (durationSeconds = 600) =>
      ground.as(async call => {
        const held = ground.disk()
        const permit = context.access.permit(call, 'disk.beginGetAccess', { on: held.value.scope })
        return (await grantAccess(context, call, { permit, disk: held, access: 'Read', durationSeconds })).link
      }),
    revoke: async () =>
      ground.as(async call => {
        const held = ground.disk()
        endAccess(context, call, { permit: context.access.permit(call, 'disk.endGetAccess', { on: held.value.scope }), disk: held })
      }),
    urlOf: link => accessUrl(link, { domain, portSuffix: ':8443' }),
    send: async (url, how = {}) => ask(pipeline, { url, ...how }),
    entries: operation => ground.rows().filter(row => row['operation'] === operation),
  }
  return wire
}
