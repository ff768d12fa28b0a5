// Node reads NODE_EXTRA_CA_CERTS when it starts: a client that trusts the instance by it is a process begun after the instance.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { attachInstance, removeInstance, startInstance, type Instance } from './instance.ts'

/** What stands beside an instance while the file runs: settings of the instance, variables of the run. */
export interface Around extends AsyncDisposable {
  readonly instance: Readonly<Record<string, string>>
  readonly client: Readonly<Record<string, string>>
}

const nothingAround = async (): Promise<Around> => ({ instance: {}, client: {}, [Symbol.asyncDispose]: async () => undefined })

const variable = 'KEYSTEAD_TEST_INSTANCE'

/**
 * Starts an instance and runs `file` once more behind it, in `keystead env`'s surroundings; returns there alone, with the instance.
 * Here the process ends with that run's exit code, the instance stopped and gone.
 */
export async function behindInstance(file: string, prepare: () => Promise<Around> = nothingAround): Promise<Instance> {
  const given = process.env[variable]
  if (given !== undefined) return attachInstance(given)
  await using around = await prepare()
  const instance = await startInstance(around.instance)
  let code = 1
  try {
    code = await ranBehind(instance, { file, client: around.client })
  } finally {
    // It may have been started anew in there: whoever has the data open now is meant, and has let go when this returns.
    await instance.run('stop')
    await instance.kill()
    if (await removeInstance(instance)) code = 1
  }
  return process.exit(code)
}

async function ranBehind(
  instance: Instance,
  { file, client }: { readonly file: string; readonly client: Around['client'] },
): Promise<number> {
  const context = process.env['NODE_TEST_CONTEXT']
  const env = {
    ...instance.clientEnvironment,
    ...client,
    [variable]: instance.handOver(),
    KEYSTEAD_NOTED: instance.dir,
    // A test run's reporter listens to this one's output.
    ...(context !== undefined && { NODE_TEST_CONTEXT: context }),
  }
  const child = spawn(process.execPath, [...process.execArgv, file, ...process.argv.slice(2)], { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  await once(child, 'exit')
  return child.exitCode ?? 1
}
