import type { CompartmentId, Millis, Sealed } from '#model/brands.ts'

/** Names one run of bytes: its bucket's compartment and 32 random hex digits. It says nothing of what is in them. */
export interface BytesName {
  readonly compartment: CompartmentId
  readonly id: string
}

/** A run of bytes that is open for reading; it stays readable when its name is taken away meanwhile. */
export interface StoredBytes {
  /** As it lies there: header, ciphertext and tags. */
  readonly length: number
  /** Exactly so many bytes from there, the caller's own; rejects where there are fewer. */
  read(position: number, length: number): Promise<Sealed>
  close(): Promise<void>
}

/** Bytes that no record was seen to name yet: what a writer that died may have left. */
export interface Unconfirmed extends BytesName {
  readonly since: Millis
}

/**
 * Where the bytes of objects live, as ciphertext. They get their name in two steps: `write` makes them durable under a name that is itself the
 * intent, the record that names them is committed, `confirm` says so. Whoever cleans up looks at `unconfirmed` alone.
 */
export interface ObjectStore {
  /** All of it is durable when it resolves; what fails on the way leaves nothing. Holds one piece at a time, and only until it asks for the next. Raises `StorageReserved` on a full disk. */
  write(name: BytesName, pieces: AsyncIterable<Sealed>): Promise<void>
  /** Confirmed or not; rejects where there is none. */
  open(name: BytesName): Promise<StoredBytes>
  /** A committed record names them. Bears being said twice. */
  confirm(name: BytesName): Promise<void>
  /** Gone or never there is as good. */
  remove(name: BytesName): Promise<void>
  /** All of a compartment. */
  removeAll(compartment: CompartmentId): Promise<void>
  unconfirmed(): Promise<readonly Unconfirmed[]>
}
