import type { Bytes } from '#model/brands.ts'

export interface Random {
  bytes(length: number): Bytes
  uuid(): string
}
