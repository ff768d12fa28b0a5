import { randomBytes } from 'node:crypto'
import { mkdirSync, openSync, readFileSync, readSync, closeSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { countAtRest, occurrences } from '#demo/at-rest.ts'
import { expect, type Seen } from '#demo/told.ts'
import { use } from '#demo/tools.ts'
import type { Instance } from '#tests/clients/instance.ts'
import type { Held } from './role.ts'

const placeShape = z.object({ uri: z.string(), socket: z.string() })
export type Place = z.output<typeof placeShape>

export interface Filled {
  readonly place: Place
  /** The file system as it was written. */
  readonly image: Buffer
}

export const exportOf = async (instance: Instance, diskId: string): Promise<Place> =>
  placeShape.parse(await instance.ask('disk', 'export', diskId))

const imageMebibytes = 64

/** A real file system goes in by nbdcopy, comes back identical, and nothing of it can be read at rest. */
export async function fillDisk(instance: Instance, { disk }: Held): Promise<Seen<Filled>> {
  const place = await exportOf(instance, disk.id)
  const canary = Buffer.from(`CANARY-${randomBytes(16).toString('hex')}`)
  const work = join(instance.dir, 'work')
  const path = await fileSystem(work, canary)
  const image = readFileSync(path)
  const inImage = occurrences(image, canary)
  expect(inImage > 0, 'the image holds no canary: nothing would be proved')
  await use('nbdcopy', '--flush', path, place.uri)
  const canariesAtRest = countAtRest(instance.data, canary)
  expect(canariesAtRest === 0, `the canary stands ${canariesAtRest} times in the data directory`)
  const superblock = image.subarray(1_024, 1_104)
  expect(countAtRest(instance.data, superblock) === 0, 'the superblock can be read in the data directory')
  const back = join(work, 'back.ext4')
  await use('nbdcopy', place.uri, back)
  expect(statSync(back).size === 1 << 30, 'the disk is not of its size')
  expect(head(back, image.length).equals(image), 'what comes back is not what went in')
  truncateSync(back, image.length)
  await use('e2fsck', '-fn', back)
  return {
    made: { place, image },
    told: `${inImage} canaries in the image, ${canariesAtRest} at rest; nbdcopy reads back the identical image, e2fsck -fn is clean`,
    figures: { canariesInImage: inImage, canariesAtRest },
  }
}

async function fileSystem(work: string, canary: Buffer): Promise<string> {
  const tree = join(work, 'tree')
  mkdirSync(tree, { recursive: true })
  writeFileSync(join(tree, 'canary.txt'), `${canary.toString()}\n`.repeat(200))
  writeFileSync(join(tree, 'noise.bin'), randomBytes(8 << 20))
  const path = join(work, 'disk.ext4')
  await use('mke2fs', '-q', '-F', '-t', 'ext4', '-d', tree, path, `${imageMebibytes}M`)
  return path
}

function head(path: string, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  const file = openSync(path, 'r')
  readSync(file, bytes, 0, length, 0)
  closeSync(file)
  return bytes
}
