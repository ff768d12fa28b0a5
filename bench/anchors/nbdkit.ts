// nbdkit beside us: a plain file, and the same under its LUKS filter (aes-xts-plain64, as qemu-img formats it).
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface NbdServer {
  readonly pid: number
  readonly uri: string
  stop(): void
}

export async function startNbdkit(folder: string, how: { readonly luks: boolean; readonly mebibytes: number }): Promise<NbdServer> {
  const name = how.luks ? 'luks' : 'file'
  const image = join(folder, `${name}.img`)
  const socket = join(folder, `${name}.sock`)
  const filter = how.luks ? ['--filter=luks'] : []
  const secret = how.luks ? await formatted(folder, image, how.mebibytes) : plain(image, how.mebibytes)
  const child = spawn('nbdkit', ['--foreground', '--unix', socket, ...filter, 'file', image, ...secret], { stdio: 'inherit' })
  await listening(child, socket)
  return { pid: child.pid ?? 0, uri: `nbd+unix:///?socket=${socket}`, stop: () => void child.kill('SIGTERM') }
}

function plain(image: string, mebibytes: number): readonly string[] {
  writeFileSync(image, '')
  truncateSync(image, mebibytes * 1024 * 1024)
  return []
}

/** Few iterations: opening is not what is measured. */
async function formatted(folder: string, image: string, mebibytes: number): Promise<readonly string[]> {
  const passphrase = join(folder, 'passphrase')
  writeFileSync(passphrase, 'bench')
  const options = 'key-secret=s,cipher-alg=aes-256,cipher-mode=xts,ivgen-alg=plain64,hash-alg=sha256,iter-time=10'
  await run('qemu-img', ['create', '-q', '-f', 'luks', '--object', `secret,id=s,file=${passphrase}`, '-o', options, image, `${mebibytes}M`])
  return [`passphrase=+${passphrase}`]
}

async function listening(child: ChildProcess, socket: string): Promise<void> {
  const until = performance.now() + 10_000
  while (!existsSync(socket)) {
    if (child.exitCode !== null || performance.now() > until) throw new Error('nbdkit did not start')
    await pause(20)
  }
}
