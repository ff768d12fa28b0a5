import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/**
 * `/livez` 200 while the loop turns, `/readyz` 200 in `active` alone, else 503 with the state: only these codes, for others are misread
 * (people.md 8). Plain HTTP, for loopback; not yet listening.
 */
export function createHealthServer(state: () => string): Server {
  return createServer({ maxHeaderSize: 8 * 1024, headersTimeout: 5_000, requestTimeout: 5_000 }, (request, response) =>
    answer(request, response, state()),
  )
}

function answer(request: IncomingMessage, response: ServerResponse, state: string): void {
  const send = (status: number, body: object, headers: Readonly<Record<string, string>> = {}) => {
    const text = JSON.stringify(body)
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text).toString(),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    })
    response.end(request.method === 'HEAD' ? undefined : text)
  }
  // A page elsewhere that has bound its name to loopback asks with that name.
  if (!/^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i.test(request.headers.host ?? ''))
    return send(421, { error: 'ask by a loopback address' })
  if (request.url !== '/livez' && request.url !== '/readyz') return send(404, { error: 'here are /livez and /readyz' })
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, { error: 'GET or HEAD' }, { allow: 'GET, HEAD' })
  const well = request.url === '/livez' || state === 'active'
  return send(well ? 200 : 503, { state }, well ? {} : { 'retry-after': '1' })
}
