/** What leaves: status, headers beside the protocol's constant ones, body. `code`: the wire's own, for the entry. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly code?: string
}

export const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
})

export const empty = (status: number, headers: Readonly<Record<string, string>> = {}): Answer => ({ status, headers })
