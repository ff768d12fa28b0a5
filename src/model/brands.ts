// Brands that no wire parses. Their makers stand here alone: everything else gets a branded value from a function below or from a schema.
declare const brand: unique symbol
export type Brand<T, B extends string> = T & { readonly [brand]: B }

export type Bytes = Uint8Array

/** Ciphertext under the hierarchy. Only the Barrier makes it; stores take nothing else. */
export type Sealed = Brand<Bytes, 'Sealed'>
/** 32 lower-case hex digits: what is purged as one and has its own key. */
export type CompartmentId = Brand<string, 'CompartmentId'>
/** Compartment (32 hex digits) and blind index (64): names a row, a collection or a tag, there or not. */
export type RecordId = Brand<string, 'RecordId'>
/** Position in the feed. */
export type Seq = Brand<number, 'Seq'>
/** Integer milliseconds since the epoch. */
export type Millis = Brand<number, 'Millis'>
/** 32 lower-case hex digits, random: one commit, looked up when its outcome is unknown. */
export type MutationId = Brand<string, 'MutationId'>
/** Ancestry in lower case, root first: `['', '/subscriptions/…', …]`. ARM ids and ARNs are codecs of the wires. */
export type Scope = Brand<readonly string[], 'Scope'>

const hex = /^[0-9a-f]+$/
function checked(text: string, digits: number): string {
  if (text.length !== digits || !hex.test(text)) throw new Error(`not ${digits.toString()} hex digits`)
  return text
}

export const sealed = (bytes: Bytes): Sealed => bytes as Sealed
export const compartmentId = (text: string): CompartmentId => checked(text, 32) as CompartmentId
export const recordId = (compartment: CompartmentId, blindIndex: string): RecordId => (compartment + checked(blindIndex, 64)) as RecordId
export const recordIdOf = (text: string): RecordId => checked(text, 96) as RecordId
export const compartmentOf = (id: RecordId): CompartmentId => id.slice(0, 32) as CompartmentId
export const seq = (position: number): Seq => position as Seq
export const millis = (time: number): Millis => time as Millis
export const mutationId = (text: string): MutationId => checked(text, 32) as MutationId
export const scopeOf = (ancestry: readonly string[]): Scope => ancestry as Scope
