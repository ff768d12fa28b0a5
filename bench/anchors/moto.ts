// moto's server beside us, as a test suite would start it: `python3 -m venv ~/.cache/keystead-clients/moto`, then its pip takes `moto[server]`.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { end, freePort } from '#bench/instance.ts'
import { eventually, type Exchange, rawRequest, type Reply } from '#bench/web.ts'

const home = process.env['KEYSTEAD_CLIENTS_DIR'] ?? join(homedir(), '.cache', 'keystead-clients')
export const motoProgram = join(home, 'moto', 'bin', 'moto_server')

export const motoIsThere = (): boolean => existsSync(motoProgram)

export interface Moto {
  readonly pid: number
  readonly port: number
  send(exchange: Exchange): Promise<Reply>
  raw(exchange: Exchange): Buffer
  stop(): Promise<void>
}

const startsWithinMs = 60_000

export async function startMoto(): Promise<Moto> {
  const port = await freePort()
  const child = spawn(motoProgram, ['-H', '127.0.0.1', '-p', port.toString()], { stdio: 'ignore' })
  const send = async (exchange: Exchange): Promise<Reply> => sentTo(port, exchange)
  try {
    await eventually(async () => (await fetch(`http://127.0.0.1:${port}/moto-api/`).catch(() => undefined))?.ok, startsWithinMs)
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return { pid: child.pid ?? 0, port, send, raw: exchange => rawRequest(exchange, port), stop: async () => stopped(child) }
}

/** It has no ending of its own. */
async function stopped(child: ChildProcess): Promise<void> {
  await end(child).catch(() => undefined)
}

async function sentTo(port: number, { method, path, headers = {}, body }: Exchange): Promise<Reply> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, ...(body !== undefined && { body }) })
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: Buffer.from(await answer.arrayBuffer()) }
}
