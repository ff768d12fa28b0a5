/** Of every answer on the socket. */
export const headersOf = (requestId: string): Readonly<Record<string, string>> => ({
  'cache-control': 'no-store',
  'x-request-id': requestId,
})
