import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** Loaded with the first scrape: most instances are asked none. */
export type Exposition = () => Promise<{ readonly type: string; readonly text: string }>

/**
 * `/metrics` in the OpenMetrics text format, where there are any;
 * `/livez` 200 while the loop turns, `/readyz` 200 in `active` alone, else 503 with the state: only these codes, for others are misread
 * (people.md 8). Plain HTTP, for loopback; not yet listening.
 */
export function createHealthServer(state: () => string, exposition?: Exposition): Server {
  return createServer({ maxHeaderSize: 8 * 1024, headersTimeout: 5_000, requestTimeout: 5_000 }, (request, response) => {
    if (exposition === undefined || request.url !== '/metrics' || refusedFor(request) !== undefined) answer(request, response, state())
    else void expose(request, response, exposition)
  })
}

async function expose(request: IncomingMessage, response: ServerResponse, exposition: Exposition): Promise<void> {
  try {
    const { type, text } = await exposition()
    const length = Buffer.byteLength(text).toString()
    response.writeHead(200, {
      'content-type': type,
      'content-length': length,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    response.end(request.method === 'HEAD' ? undefined : text)
  } catch {
    response.writeHead(503).end()
  }
}

/** What is refused whatever is asked for. */
function refusedFor({ headers, method }: IncomingMessage): 421 | 405 | undefined {
  // A page elsewhere that has bound its name to loopback asks with that name.
  if (!/^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i.test(headers.host ?? '')) return 421
  return method === 'GET' || method === 'HEAD' ? undefined : 405
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
  const refused = refusedFor(request)
  if (refused === 421) return send(421, { error: 'ask by a loopback address' })
  if (request.url !== '/livez' && request.url !== '/readyz' && request.url !== '/metrics')
    return send(404, { error: 'here are /livez, /readyz and /metrics' })
  if (refused === 405) return send(405, { error: 'GET or HEAD' }, { allow: 'GET, HEAD' })
  if (request.url === '/metrics') return send(404, { error: 'no metrics here' })
  const well = request.url === '/livez' || state === 'active'
  return send(well ? 200 : 503, { state }, well ? {} : { 'retry-after': '1' })
}
