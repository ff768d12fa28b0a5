// One anchor (performance.md 1.2), in a process of its own. A: the answer's bytes over the product's TLS. F: and the operation's work.
// D: and a row through the product's writer. Says `ready PORT`; ends on SIGTERM.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { z } from 'zod'
import { listenerTls } from '#adapters/tls/server-certificate.ts'
import { openRowStore } from '#bench/anchors/stored-row.ts'
import { openWork, workNames } from '#bench/anchors/work.ts'
import { headerBytesMax, headersMax, headersTimeoutMs, keepAliveTimeoutMs, requestsPerSocketMax, requestTimeoutMs } from '#model/limits.ts'

const settings = z.object({
  certFile: z.string(),
  keyFile: z.string(),
  /** What the product answered. */
  answer: z.object({ status: z.int(), headers: z.record(z.string(), z.string()), bodyFile: z.string() }),
  work: z.enum(workNames),
  workBytes: z.int().optional(),
  /** Where D keeps its rows. */
  storeIn: z.string().optional(),
})

const { certFile, keyFile, answer, work: workName, workBytes, storeIn } = settings.parse(JSON.parse(process.argv[2] ?? ''))
const longBytes = 64 * 1024
const work = openWork(workName, workBytes)
// Short ones as the product gives them out: head and text are one write.
const bytes = readFileSync(answer.bodyFile)
const body = bytes.length > longBytes ? bytes : bytes.toString()
const store = storeIn === undefined ? async () => undefined : openRowStore(storeIn)
const headers = { ...answer.headers, 'content-length': bytes.length.toString() }

function listen(message: IncomingMessage, response: ServerResponse): void {
  message.on('data', () => undefined)
  message.on('end', () => void answered(response))
}

async function answered(response: ServerResponse): Promise<void> {
  await work()
  await store()
  response.writeHead(answer.status, headers)
  response.end(body)
}

const server = createServer(
  { ...listenerTls, cert: readFileSync(certFile), key: readFileSync(keyFile), maxHeaderSize: headerBytesMax, insecureHTTPParser: false },
  listen,
)
server.headersTimeout = headersTimeoutMs
server.requestTimeout = requestTimeoutMs
server.keepAliveTimeout = keepAliveTimeoutMs
server.maxHeadersCount = headersMax
server.maxRequestsPerSocket = requestsPerSocketMax
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
console.log(`ready ${typeof address === 'object' && address !== null ? address.port : 0}`)
process.on('SIGTERM', () => process.exit(0))
