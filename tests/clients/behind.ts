// Node reads NODE_EXTRA_CA_CERTS when it starts: a client that trusts the instance by it is a process begun after the instance.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { attachInstance, removeInstance, startInstance, type Instance } from './instance.ts'

const variable = 'KEYSTEAD_TEST_INSTANCE'

/**
 * Starts an instance and runs `file` once more behind it, in `keystead env`'s surroundings; returns there alone, with the instance.
 * Here the process ends with that run's exit code, the instance stopped and gone.
 */
export async function behindInstance(file: string): Promise<Instance> {
  const given = process.env[variable]
  if (given !== undefined) return attachInstance(given)
  const instance = await startInstance()
  let code = 1
  try {
    code = await ranBehind(instance, file)
  } finally {
    // It may have been started anew in there: whoever has the data open now is meant, and has let go when this returns.
    await instance.run('stop')
    await instance.kill()
    removeInstance(instance)
  }
  return process.exit(code)
}

async function ranBehind(instance: Instance, file: string): Promise<number> {
  const context = process.env['NODE_TEST_CONTEXT']
  const env = {
    ...instance.clientEnvironment,
    [variable]: instance.handOver(),
    // A test run's reporter listens to this one's output.
    ...(context !== undefined && { NODE_TEST_CONTEXT: context }),
  }
  const child = spawn(process.execPath, [...process.execArgv, file, ...process.argv.slice(2)], { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  await once(child, 'exit')
  return child.exitCode ?? 1
}
