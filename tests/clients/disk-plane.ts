import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDiskPlane } from '#compose/disk-plane.ts'
import type { DiskPlane } from '#compose/disk-plane.ts'
import { leaseWriter, newLease } from '#domain/disks/key-lease.ts'
import { millis } from '#model/brands.ts'
import { leaveBehind } from '#tests/left-behind/leave.ts'
import { notedHere, secret } from '#tests/left-behind/noted.ts'
import type { ExportControl } from '#ports/export-control.ts'

export interface RunningPlane {
  readonly dataDir: string
  readonly plane: DiskPlane
  /** What the control plane was asked and told, in order. */
  readonly heard: string[]
  readonly errors: unknown[]
  readonly suspend: () => void
  readonly resume: () => void
  /** The URI of a disk of `mebibytes`, made when it is first opened. */
  readonly disk: (name: string, mebibytes: number, layers?: number) => Promise<string>
}

/** The program of the disks as it runs in an instance, with a control plane in memory. `DISK_TEST_DIR` puts the chunks on another medium. */
export function runningPlane(t: { after(run: () => Promise<void>): void }): RunningPlane {
  const dataDir = mkdtempSync(join(process.env['DISK_TEST_DIR'] ?? tmpdir(), 'plane-'))
  const disks = new Map<string, { readonly sizeBytes: number; readonly deks: readonly Uint8Array[] }>()
  const heard: string[] = []
  const errors: unknown[] = []
  const lease = newLease()
  const writer = leaseWriter(lease)
  let suspended = false
  const confirm = (): void => {
    if (!suspended) writer.confirm(millis(Date.now()))
  }
  confirm()
  const confirming = setInterval(confirm, 500)
  const control: ExportControl = {
    async open({ name, reason }) {
      heard.push(`open ${reason} ${name}`)
      const found = disks.get(name)
      if (found === undefined) return { refused: 'unknown', why: 'no such export' }
      if (suspended) return { refused: 'policy', why: 'the key is disabled' }
      const layers = found.deks.map((dek, at) => ({
        dekId: at.toString().padStart(32, '0'),
        dek: Uint8Array.from(dek),
        cipher: 'aes-256-xts' as const,
      }))
      return { disk: { diskId: `disk-of-${name}`, sizeBytes: found.sizeBytes, readOnly: false, epoch: 1, layers, lease } }
    },
    async report(name, what) {
      heard.push(`${what} ${name}`)
    },
  }
  const log = { info: () => undefined, warn: () => undefined, error: (_event: string, cause: unknown) => errors.push(cause) }
  const plane = startDiskPlane({ control, dataDir, socketDir: dataDir, log })
  t.after(async () => {
    clearInterval(confirming)
    await plane.stop()
    // Beside the disks are the tests' own images.
    const readable =
      existsSync(join(dataDir, 'disks')) && leaveBehind({ data: join(dataDir, 'disks'), told: { heard: heard.join('\n') } }, notedHere())
    rmSync(dataDir, { recursive: true, force: true })
    assert(!readable, 'something secret can be read in it')
  })
  return {
    dataDir,
    plane,
    heard,
    errors,
    suspend() {
      suspended = true
      writer.suspend()
    },
    resume() {
      suspended = false
      confirm()
    },
    async disk(name, mebibytes, layers = 1) {
      disks.set(name, {
        sizeBytes: mebibytes * 1024 * 1024,
        deks: Array.from({ length: layers }, () => secret('a data key', randomBytes(64))),
      })
      return (await plane.listen(name)).uri
    },
  }
}
