import { request } from 'node:http'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { adminSocketPath } from '#adapters/system/socket-path.ts'
import { listOf, memberOf, textOf } from './json-value.ts'
import { CommandFailed, exits, type Failure } from './output.ts'

/** Where the instance is: `--data`, else KEYSTEAD_DATA, else ./data. Proxy variables and their kin do not count: the socket is a file. */
export const dataDirOf = (options: { readonly data?: string }): string => resolve(options.data ?? process.env['KEYSTEAD_DATA'] ?? './data')

/** The same, of the options as they came. */
export const dataDirGiven = ({ data }: Readonly<Record<string, unknown>>): string =>
  dataDirOf(typeof data === 'string' && data !== '' ? { data } : {})

export const socketOf = (dataDir: string): string => adminSocketPath(dataDir, process.env['XDG_RUNTIME_DIR'])

export const isRunning = async (dataDir: string): Promise<boolean> => {
  if (!existsSync(socketOf(dataDir))) return false
  try {
    await ask(dataDir, { method: 'GET', path: '/status' })
    return true
  } catch (error) {
    if (error instanceof CommandFailed && error.failure.exit === exits.unreachable) return false
    throw error
  }
}

export interface Asked {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
}

const exitOf: Readonly<Record<number, number>> = {
  400: exits.usage,
  403: exits.denied,
  404: exits.missing,
  409: exits.conflict,
  412: exits.conflict,
  429: exits.busy,
  503: exits.notReady,
}

/** One request to the running instance over its admin socket; a refusal becomes the command's failure. */
export async function ask(dataDir: string, asked: Asked): Promise<unknown> {
  const { promise, resolve: done, reject } = Promise.withResolvers<{ status: number; text: string }>()
  const body = asked.body === undefined ? '' : JSON.stringify(asked.body)
  const headers = body === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body).toString() }
  const sent = request(
    { socketPath: socketOf(dataDir), method: asked.method, path: asked.path, headers: { host: 'admin', ...headers } },
    answer => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => done({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }))
      answer.on('error', reject)
    },
  )
  sent.on('error', reject)
  sent.end(body)
  const answer = await promise.catch((cause: unknown) => {
    throw new CommandFailed({
      exit: exits.unreachable,
      code: 'NotRunning',
      message: `No Keystead answers for ${dataDir}.`,
      because: `its admin socket ${socketOf(dataDir)} is silent (${cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection'})`,
      next: [`keystead start --data ${dataDir}`],
    })
  })
  const value: unknown = JSON.parse(answer.text)
  if (answer.status < 400) return value
  throw new CommandFailed(refusalOf({ dataDir, status: answer.status }, memberOf(value, 'error')))
}

function refusalOf({ dataDir, status }: { readonly dataDir: string; readonly status: number }, error: unknown): Failure {
  const next = listOf(memberOf(error, 'next')).map(command => `${textOf(command)} --data ${dataDir}`)
  const because = textOf(memberOf(error, 'because'))
  return {
    exit: exitOf[status] ?? exits.unknown,
    code: textOf(memberOf(error, 'code')),
    message: textOf(memberOf(error, 'message')),
    ...(because !== '' && { because }),
    next,
  }
}
