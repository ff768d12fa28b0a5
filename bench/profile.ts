// node bench/profile.ts CASE [SECONDS] [time|heap]: one request case under load with a sampling profiler on, then where the serving thread's time
// went, or what its memory was taken for: how often the collector comes, and how much it finds alive, is part of what a request costs.
// For the table of performance.md 2; figures under a profiler are shares, never results.
import { once } from 'node:events'
import { z } from 'zod'
import { requestCases } from './cases/index.ts'
import { freePort, project } from './instance.ts'
import { load } from './load.ts'
import { productTarget } from './request-case.ts'
import { openWorld } from './world.ts'

const profileShape = z.object({
  nodes: z.array(
    z.object({
      id: z.int(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.int() }),
      children: z.array(z.int()).optional(),
    }),
  ),
  samples: z.array(z.int()),
  timeDeltas: z.array(z.int()),
})
type Profile = Readonly<z.output<typeof profileShape>>
type ProfileNode = Profile['nodes'][number]

interface HeapNode {
  readonly callFrame: ProfileNode['callFrame']
  readonly selfSize: number
  readonly children: readonly HeapNode[]
}
const heapNode: z.ZodType<HeapNode> = z.object({
  callFrame: profileShape.shape.nodes.element.shape.callFrame,
  selfSize: z.number(),
  get children() {
    return z.array(heapNode)
  },
})

const [word = '', seconds = '5', what = 'time'] = process.argv.slice(2)
const unit = what === 'heap' ? 'bytes' : 'µs'
const found = requestCases.find(one => one.name.toLowerCase().includes(word.toLowerCase()))
if (found === undefined) throw new Error(`no case is called ${word}`)
const inspectorPort = await freePort()
const world = await openWorld('/dev/shm', found.declared.sown ?? { keys: 1_000, secrets: 1_000, assignments: 10 }, {
  NODE_OPTIONS: `--inspect=127.0.0.1:${inspectorPort}`,
})
const target = productTarget(world, found.name, await found.declared.prepare(world))
await load({ ...target, connections: 32, seconds: 2 })
const inspector = await inspectorOf(inspectorPort)
const stop = what === 'heap' ? await sampleHeap() : await sampleTime()
const result = await load({ ...target, connections: 32, seconds: Number(seconds) })
const profile = await stop()
inspector.close()
await world.close()
console.log(`${found.name}: ${result.requests} requests, ${(result.requests / Number(seconds)).toFixed(0)} a second`)
tell('self', selfTimes(profile, placeOf))
tell('self, by file', selfTimes(profile, fileOf))
tell('by our function, with what it calls outside of src', ownTimes(profile))
tell('with what it calls', totalTimes(profile))
process.exit(0)

type Parameters = Readonly<Record<string, unknown>>

interface Inspector {
  call(method: string, parameters?: Parameters): Promise<unknown>
  close(): void
}

/** Calls of the DevTools protocol on the serving thread. */
async function inspectorOf(port: number): Promise<Inspector> {
  const listed: unknown = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()
  const [first] = z.array(z.object({ webSocketDebuggerUrl: z.string() })).parse(listed)
  const socket = new WebSocket(first?.webSocketDebuggerUrl ?? '')
  await once(socket, 'open')
  const waiting = new Map<number, (answer: unknown) => void>()
  const message = z.object({ id: z.int(), result: z.unknown() })
  socket.addEventListener('message', ({ data }) => {
    const heard = message.safeParse(JSON.parse(String(data)))
    if (heard.success) waiting.get(heard.data.id)?.(heard.data.result)
  })
  let asked = 0
  const call = async (method: string, params: Parameters = {}): Promise<unknown> => {
    asked += 1
    const { promise, resolve } = Promise.withResolvers<unknown>()
    waiting.set(asked, resolve)
    socket.send(JSON.stringify({ id: asked, method, params }))
    return promise
  }
  // A process whose inspector is in use does not end.
  return { call, close: () => socket.close() }
}

async function sampleTime(): Promise<() => Promise<Profile>> {
  await inspector.call('Profiler.enable')
  await inspector.call('Profiler.setSamplingInterval', { interval: 200 })
  await inspector.call('Profiler.start')
  return async () => z.object({ profile: profileShape }).parse(await inspector.call('Profiler.stop')).profile
}

/** Everything that was allocated, also what is long gone. */
async function sampleHeap(): Promise<() => Promise<Profile>> {
  await inspector.call('HeapProfiler.startSampling', {
    samplingInterval: 16_384,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  })
  return async () => {
    const stopped = await inspector.call('HeapProfiler.stopSampling')
    return asProfile(z.object({ profile: z.object({ head: heapNode }) }).parse(stopped).profile.head)
  }
}

/** A tree of bytes as one of times: each node was sampled once, for as long as it is large. */
function asProfile(head: HeapNode): Profile {
  const nodes: ProfileNode[] = []
  const timeDeltas: number[] = []
  const add = ({ callFrame, selfSize, children }: HeapNode): number => {
    const node = { id: nodes.length + 1, callFrame, children: [] as number[] }
    nodes.push(node)
    timeDeltas.push(Math.round(selfSize))
    node.children.push(...children.map(add))
    return node.id
  }
  add(head)
  return { nodes, samples: nodes.map(({ id }) => id), timeDeltas }
}

function fileOf({ callFrame }: ProfileNode): string {
  const { url, functionName } = callFrame
  return url === '' ? functionName : url.replace(`file://${project}/`, '')
}

function placeOf(node: ProfileNode): string {
  const { functionName, lineNumber } = node.callFrame
  return `${functionName === '' ? '(nameless)' : functionName} ${fileOf(node)}:${lineNumber + 1}`
}

function timeById({ samples, timeDeltas }: Profile): ReadonlyMap<number, number> {
  const times = new Map<number, number>()
  for (const [at, id] of samples.entries()) times.set(id, (times.get(id) ?? 0) + (timeDeltas[at] ?? 0))
  return times
}

function selfTimes(profile: Profile, name: (node: ProfileNode) => string): ReadonlyMap<string, number> {
  const times = timeById(profile)
  const named = new Map<string, number>()
  for (const node of profile.nodes) named.set(name(node), (named.get(name(node)) ?? 0) + (times.get(node.id) ?? 0))
  return named
}

/** Every sample goes to the nearest function of ours above it; what no function of ours called goes to Node. */
function ownTimes(profile: Profile): ReadonlyMap<string, number> {
  const times = timeById(profile)
  const nodes = new Map(profile.nodes.map(node => [node.id, node]))
  const named = new Map<string, number>()
  const visit = (id: number, above: string): void => {
    const node = nodes.get(id)
    if (node === undefined) return
    const idle = node.callFrame.url === '' && /^\((?:idle|program|garbage collector)\)$/.test(node.callFrame.functionName)
    const owner = idle ? node.callFrame.functionName : fileOf(node).startsWith('src/') ? placeOf(node) : above
    named.set(owner, (named.get(owner) ?? 0) + (times.get(id) ?? 0))
    for (const child of node.children ?? []) visit(child, owner)
  }
  const [root] = profile.nodes
  if (root !== undefined) visit(root.id, 'node')
  return named
}

function totalTimes(profile: Profile): ReadonlyMap<string, number> {
  const times = timeById(profile)
  const nodes = new Map(profile.nodes.map(node => [node.id, node]))
  const named = new Map<string, number>()
  const visit = (id: number, above: ReadonlySet<string>): number => {
    const node = nodes.get(id)
    if (node === undefined) return 0
    const place = placeOf(node)
    const inside = new Set([...above, place])
    const total = (node.children ?? []).reduce((sum, child) => sum + visit(child, inside), times.get(id) ?? 0)
    // A function that calls itself counts once.
    if (!above.has(place)) named.set(place, (named.get(place) ?? 0) + total)
    return total
  }
  const [root] = profile.nodes
  if (root !== undefined) visit(root.id, new Set())
  return named
}

function tell(title: string, times: ReadonlyMap<string, number>): void {
  const idle = new Set(['(idle)', '(program)', '(root)'])
  const rows = [...times].filter(([name]) => !idle.has(name.split(' ')[0] ?? '')).toSorted(([, a], [, b]) => b - a)
  console.log(`\n── ${title}: ${unit} a request`)
  for (const [name, time] of rows.slice(0, 45)) console.log(`${(time / result.requests).toFixed(2).padStart(8)}  ${name}`)
}
