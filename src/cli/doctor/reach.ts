import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import type { Socket } from 'node:net'
import { connect } from 'node:tls'

export interface Way {
  readonly url: URL
  /** `undefined`: straight there. */
  readonly proxy: string | undefined
  /** What is trusted, and nothing besides. */
  readonly caFile: string
}

const patienceMs = 5_000

/** Goes the way that a client would: the proxy's CONNECT, then TLS by that file of authorities, then one request. `undefined`: an answer came. */
export async function reachProblem({ url, proxy, caFile }: Way): Promise<string | undefined> {
  try {
    const ca = readFileSync(caFile, 'utf8')
    const tunnel = proxy === undefined ? undefined : await tunnelOf(url, proxy)
    await answered(url, { ca, ...(tunnel !== undefined && { tunnel }) })
    return undefined
  } catch (cause) {
    return cause instanceof Error ? cause.message : 'no answer'
  }
}

const portOf = ({ port }: URL): number => Number(port === '' ? 443 : port)

async function tunnelOf(url: URL, proxy: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const { hostname, port } = new URL(proxy)
  const path = `${url.hostname}:${portOf(url)}`
  const asked = request({ host: hostname, port, method: 'CONNECT', path, headers: { host: path }, timeout: patienceMs })
  asked.on('connect', (answer, socket) => {
    if (answer.statusCode === 200) return resolve(socket)
    socket.destroy()
    return reject(new Error(`the proxy says ${answer.statusCode} ${answer.statusMessage ?? ''}`))
  })
  asked.on('timeout', () => asked.destroy(new Error('the proxy does not answer')))
  asked.on('error', reject)
  asked.end()
  return promise
}

async function answered(url: URL, { ca, tunnel }: { readonly ca: string; readonly tunnel?: Socket }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  const name = url.hostname
  const where = tunnel === undefined ? { host: name, port: portOf(url) } : { socket: tunnel }
  const secured = connect({ ...where, servername: name, ca }, () => {
    secured.write(`GET / HTTP/1.1\r\nhost: ${url.host}\r\nconnection: close\r\n\r\n`)
  })
  secured.setTimeout(patienceMs, () => secured.destroy(new Error('no answer within 5 s')))
  secured.once('data', bytes => {
    if (bytes.toString('latin1').startsWith('HTTP/1.1 ')) resolve(undefined)
    else reject(new Error('what answers is no HTTP'))
  })
  secured.on('error', reject)
  secured.on('close', () => reject(new Error('it hung up')))
  try {
    await promise
  } finally {
    secured.destroy()
    tunnel?.destroy()
  }
}
