// A load generator in Node: raw sockets, of TLS unless it is said otherwise, prepared requests, answers told apart by their content-length. Prints one line of JSON.
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect as connectPlainly, type Socket } from 'node:net'
import { connect } from 'node:tls'
import { z } from 'zod'
import { percentile } from '#bench/statistics.ts'

const settings = z.object({
  host: z.string(),
  port: z.int(),
  requestsFile: z.string(),
  caFile: z.string(),
  plain: z.boolean().default(false),
  connections: z.int(),
  seconds: z.number(),
  /** Requests a second, whatever comes back; absent: the next when the last is answered. */
  rate: z.number().optional(),
})

const { host, port, requestsFile, caFile, plain, connections, seconds, rate } = settings.parse(JSON.parse(process.argv[2] ?? ''))
const requests = requestsOf(readFileSync(requestsFile))
const latencies: number[] = []
/** Longer than the pause of a thread costs, and too short to be seen in what is measured. */
const napMs = 0.1
const never = new Int32Array(new SharedArrayBuffer(4))
const counts = { sent: 0, answered: 0, bytes: 0, errors: 0 }

function requestsOf(bytes: Buffer): readonly Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf('\n', at)
    const length = Number(bytes.subarray(at, end).toString())
    found.push(bytes.subarray(end + 1, end + 1 + length))
    at = end + 1 + length
  }
  return found
}

interface Line {
  readonly socket: Socket
  /** When what is under way was meant to be sent; in the order of the answers. */
  readonly due: number[]
}

/** One connection: `due` requests wait for their answers in order. */
async function open(onAnswer: (line: Line) => void): Promise<Line> {
  const socket = plain
    ? connectPlainly({ host: '127.0.0.1', port })
    : connect({ host: '127.0.0.1', port, servername: host, ca: readFileSync(caFile) })
  const line: Line = { socket, due: [] }
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let length = answerLength(rest); length !== undefined && length <= rest.length; length = answerLength(rest)) {
      settle(line, rest.subarray(0, length))
      rest = rest.subarray(length)
      onAnswer(line)
    }
  })
  socket.on('error', () => (counts.errors += 1))
  await once(socket, plain ? 'connect' : 'secureConnect')
  return line
}

function answerLength(bytes: Buffer): number | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const length = /\r\ncontent-length: (\d+)/i.exec(bytes.toString('latin1', 0, end))?.[1]
  return end + 4 + Number(length ?? 0)
}

function settle({ due }: Line, answer: Buffer): void {
  const status = Number(answer.toString('latin1', 9, 12))
  if (!(status < 400)) counts.errors += 1
  counts.answered += 1
  counts.bytes += answer.length
  latencies.push((performance.now() - (due.shift() ?? 0)) * 1_000)
}

function send({ socket, due }: Line, at: number): void {
  const request = requests[counts.sent % requests.length]
  if (request === undefined) return
  counts.sent += 1
  due.push(at)
  socket.write(request)
}

const started = performance.now()
const ends = started + seconds * 1_000
const lines = await Promise.all(
  Array.from({ length: connections }, () =>
    open(line => {
      if (rate === undefined && performance.now() < ends) send(line, performance.now())
    }),
  ),
)
if (rate === undefined) for (const line of lines) send(line, performance.now())
else await atRate(rate)
while (counts.answered < counts.sent && performance.now() < ends + 2_000) await new Promise(resolve => setTimeout(resolve, 20))
for (const { socket } of lines) socket.destroy()
const cpu = process.cpuUsage()
console.log(
  JSON.stringify({
    requests: counts.answered,
    microseconds: Math.round((performance.now() - started) * 1_000),
    bytes: counts.bytes,
    errors: counts.errors + (counts.sent - counts.answered),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    p999: percentile(latencies, 0.999),
    clientCpu: cpu.user + cpu.system,
  }),
)

/** Whatever the answers do, request n is due at n / rate. Between them it sleeps: a generator that spins takes a core from what it measures. */
async function atRate(perSecond: number): Promise<void> {
  const begun = performance.now()
  for (let next = 0; performance.now() < ends;) {
    const dueCount = Math.floor(((performance.now() - begun) * perSecond) / 1_000)
    for (; next < dueCount; next += 1) {
      const line = lines[next % lines.length]
      if (line !== undefined) send(line, begun + (next * 1_000) / perSecond)
    }
    await new Promise(resolve => setImmediate(resolve))
    const idleMs = Math.min(napMs, begun + ((next + 1) * 1_000) / perSecond - performance.now())
    if (idleMs > 0) Atomics.wait(never, 0, 0, idleMs)
  }
}
