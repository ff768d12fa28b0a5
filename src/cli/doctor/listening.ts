import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { connect } from 'node:tls'
import { memberOf, textOf } from '#cli/json-value.ts'
import type { Config } from '#config'
import { type Check, doubtful, well, wrong } from './check.ts'

const dayMs = 86_400_000
const certificateDays = 14
const patienceMs = 5_000

/** Of an instance that is to start: can each port be had? */
export async function freePortChecks({ port, proxyPort, healthPort }: Config): Promise<readonly Check[]> {
  const wanted = [
    { id: 'Port', port, flag: '--port' },
    { id: 'ProxyPort', port: proxyPort, flag: '--proxy-port' },
    { id: 'HealthPort', port: healthPort, flag: '--health-port' },
  ]
  return Promise.all(wanted.map(freePortCheck))
}

async function freePortCheck({
  id,
  port,
  flag,
}: {
  readonly id: string
  readonly port: number | 'off'
  readonly flag: string
}): Promise<Check> {
  if (port === 'off') return well(id, 'off')
  if (port === 0) return well(id, 'whichever is free')
  const code = await taken(port)
  if (code === undefined) return well(id, `${port} is free`)
  if (code === 'EACCES')
    return wrong(
      id,
      `port ${port} may not be had by this user`,
      `keystead start ${flag} ${port + 8_000}, or AmbientCapabilities=CAP_NET_BIND_SERVICE`,
    )
  return wrong(id, `port ${port} is taken by another program (${code})`, `keystead start ${flag} ${port + 1}`)
}

/** Why not, by the system's code; `undefined` where it can be had on loopback. */
async function taken(port: number): Promise<string | undefined> {
  const server = createServer().listen({ host: '127.0.0.1', port })
  try {
    await once(server, 'listening')
    return undefined
  } catch (cause) {
    return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
  } finally {
    server.close()
  }
}

/** Of one that runs: it says that it is ready, and its listener shows a certificate that the handed-out root has signed. */
export async function servedChecks(status: unknown, environment: unknown): Promise<readonly Check[]> {
  const ports = memberOf(status, 'ports')
  const [tls, health, proxy] = ['tls', 'health', 'proxy'].map(name => Number(memberOf(ports, name) ?? 0))
  const proxyCheck = proxy === undefined || proxy === 0 ? well('ProxyPort', 'off') : await openPortCheck('ProxyPort', proxy)
  return [await tlsCheck(tls ?? 0, environment), proxyCheck, await healthCheck(health ?? 0)]
}

async function openPortCheck(id: string, port: number): Promise<Check> {
  return (await taken(port)) === 'EADDRINUSE'
    ? well(id, `${port} answers`)
    : wrong(id, `nobody listens on ${port}`, 'keystead stop, then keystead start')
}

async function tlsCheck(port: number, environment: unknown): Promise<Check> {
  if (port === 0) return wrong('Port', 'there is no TLS until it is unsealed', 'keystead unseal')
  if (environment === undefined) return openPortCheck('Port', port)
  const { promise, resolve } = Promise.withResolvers<Check>()
  const domain = textOf(memberOf(environment, 'domain'))
  const socket = connect({
    host: '127.0.0.1',
    port,
    servername: `management.${domain}`,
    ca: readFileSync(textOf(memberOf(environment, 'caFile')), 'utf8'),
    timeout: patienceMs,
  })
  socket.on('secureConnect', () => resolve(expiryCheck(port, socket.getPeerX509Certificate()?.validToDate.getTime() ?? 0)))
  socket.on('timeout', () => resolve(wrong('Port', `${port} does not answer`, 'keystead status, then keystead stop')))
  socket.on('error', cause =>
    resolve(
      wrong(
        'Port',
        `${port}: ${cause.message}`,
        'eval "$(keystead env)" hands out the root anew; a certificate of your own names every host',
      ),
    ),
  )
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}

function expiryCheck(port: number, expiresAt: number): Check {
  const days = Math.floor((expiresAt - Date.now()) / dayMs)
  const told = `${port} answers; its certificate runs out in ${days} d`
  return days > certificateDays
    ? well('Port', told)
    : doubtful('Port', told, 'restart an instance that makes its own; else renew --tls-cert-file')
}

async function healthCheck(port: number): Promise<Check> {
  const { promise, resolve } = Promise.withResolvers<Check>()
  const fix = 'keystead status tells the state'
  const request = get({ host: '127.0.0.1', port, path: '/readyz', timeout: patienceMs }, answer => {
    answer.resume()
    const { statusCode = 0 } = answer
    resolve(statusCode === 200 ? well('Health', `${port}: ready`) : wrong('Health', `${port}: /readyz answers ${statusCode}`, fix))
  })
  request.on('timeout', () => request.destroy(new Error('no answer')))
  request.on('error', cause => resolve(wrong('Health', `${port}: ${cause.message}`, fix)))
  return promise
}
