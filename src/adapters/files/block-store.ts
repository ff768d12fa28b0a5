import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import type { BlockStore } from '#ports/block-store.ts'
import { chunkBytes, sectorBytes } from '#ports/block-store.ts'
import { checkIdentity } from './chunk-header.ts'
import { openChunks } from './chunk-store.ts'
import { confirmDisk, forgetDisk, unconfirmedDisks } from './new-disk.ts'

/**
 * Disks as folders of sparse chunk files: `{dataDir}/disks/{diskId}/{chunk}.chunk`; `list` beside them says which there are (chunk-list.ts).
 *
 * Node has no fallocate, so a trimmed range gives space back only when its chunk is empty and its file goes.
 * One process opens a disk, once: `open` does not defend against a second, the epoch in the headers does (chunk-file.ts).
 */
export function fileBlockStore(dataDir: string): BlockStore {
  const root = `${dataDir}/disks`
  return {
    open(identity, sizeBytes) {
      checkIdentity(identity)
      if (sizeBytes <= 0 || sizeBytes % sectorBytes !== 0) throw new Error('a disk is a whole number of sectors')
      if (sizeBytes / chunkBytes > 0xffff_ffff) throw new Error('a disk has more chunks than a header can number')
      const folder = `${root}/${identity.diskId}`
      if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) {
        syncFolder(root)
        syncFolder(dataDir)
      }
      return openChunks(folder, identity)
    },
    async remove(diskId) {
      checkIdentity({ diskId, dekIds: [], epoch: 0 })
      await forgetDisk(`${root}/${diskId}`, diskId)
    },
    confirm: async diskId => confirmDisk(root, diskId),
    unconfirmed: async () => unconfirmedDisks(root),
  }
}

function syncFolder(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
