import type { Bytes } from '#model/brands.ts'

/** Reads disks where clients read them: by an export's name, under its key's lease. */
export interface DiskReader {
  /** Rejects where the export is refused: unknown, or its key is out of use. */
  open(exportName: string): Promise<OpenForReading>
}

/** One thing at a time: a read begins when the last has ended. */
export interface OpenForReading {
  readonly sizeBytes: number
  /** `offset` and `length`: bytes, multiples of 512, within the size. Rejects when the key was lost meanwhile. The bytes are the caller's. */
  read(offset: number, length: number): Promise<Bytes>
  close(): void
}
