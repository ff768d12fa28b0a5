// Token verification and role decisions alone, in one process over a seeded data directory. Prints microseconds as one line of JSON.
import { createLocalJWKSet, jwtVerify } from 'jose'
import { z } from 'zod'
import { median } from '#bench/statistics.ts'
import { openInstance, performAs } from '#bench/seeding/open-instance.ts'
import type { Call } from '#domain/call.ts'
import { audiencesOf } from '#domain/identity/audiences.ts'
import { verifyToken } from '#domain/identity/verify-token.ts'
import { keyScope } from '#domain/keys/reference.ts'
import { noFacts } from '#domain/access/permit.ts'
import { system } from '#model/principal.ts'

const settings = z.object({
  dataDir: z.string(),
  stateHome: z.string(),
  token: z.string(),
  jwks: z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }),
  portSuffix: z.string(),
})
const { dataDir, stateHome, token, jwks, portSuffix } = settings.parse(JSON.parse(process.argv[2] ?? ''))
const { domain } = { domain: 'keystead.test' }
const opened = await openInstance({ dataDir, stateHome })
const { context } = opened
const [samples, callsPerSample] = [7, 20_000]

const presented = {
  token,
  audiences: audiencesOf('keyvault', { domain, portSuffix }),
  login: `https://login.${domain}${portSuffix}`,
  resourceName: 'vault',
}

/** Microseconds a call, of all threads of this process: jose works on libuv's. Median of samples. */
async function cost(calls: number, work: () => unknown): Promise<number> {
  for (let at = 0; at < calls; at += 1) await work()
  const times: number[] = []
  for (let sample = 0; sample < samples; sample += 1) {
    const before = process.cpuUsage()
    for (let at = 0; at < calls; at += 1) await work()
    const used = process.cpuUsage(before)
    times.push((used.user + used.system) / calls)
  }
  return median(times)
}

async function measured(call: Call): Promise<Readonly<Record<string, number>>> {
  const who = await verifyToken(context, call, presented)
  const [vault] = context.vaults.peek()
  if (vault === undefined) throw new Error('no vault was seeded')
  const on = keyScope(vault.value, 'rsa')
  const decide = (): void => {
    if (!context.access.judge({ who, permission: 'key.wrap', on, facts: noFacts }).allowed) throw new Error('a wrong decision')
  }
  const keys = createLocalJWKSet(jwks)
  return {
    decision: await cost(callsPerSample, decide),
    cached: await cost(callsPerSample, async () => verifyToken(context, call, presented)),
    jose: await cost(2_000, async () => jwtVerify(token, keys)),
  }
}

console.log(JSON.stringify(await performAs(context, system, measured)))
await opened.close()
