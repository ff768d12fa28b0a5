/** What leaves: status, headers beside the protocol's constant ones, body. `code`: the wire's own, for the entry. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | StreamedBody
  readonly code?: string
}

/** A body that is read while it is sent, after the answer was committed. What fails then ends the connection: there is no other answer any more. */
export interface StreamedBody {
  /** Bytes that `pieces` will give: what Content-Length says. */
  readonly length: number
  /** Begun when the first is asked for, ended early where the client leaves. */
  readonly pieces: AsyncIterable<Uint8Array>
}

export const isStreamed = (body: Answer['body']): body is StreamedBody => typeof body === 'object' && 'pieces' in body

export const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
})

export const empty = (status: number, headers: Readonly<Record<string, string>> = {}): Answer => ({ status, headers })
