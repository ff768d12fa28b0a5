import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { callersAccount } from '#domain/account-keys/find-account-key.ts'
import { createThrottle } from '#domain/account-keys/throttle.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import { amznHeaders, jsonService } from '#protocols/aws/service.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { parseStrictJson } from '#protocols/http/strict-json.ts'
import { kmsService } from './address.ts'
import { checkingTokens } from './grant-tokens.ts'
import { operations } from './operations/index.ts'
import { refuse } from './problems.ts'
import { rateOf } from './rates.ts'

/** The key service: `kms.{region}.{domain}`, and wherever the signature says kms. Counters live as long as the value. */
export function awsKmsProtocol(domain: string): Protocol<Context, AwsSite> {
  const throttle = createThrottle()

  /** Once a request, however often it is tried. */
  async function admit(context: Context, call: Call, { site, request }: { readonly site: AwsSite; readonly request: WireRequest }) {
    if (!context.instance.throttle || call.who.acting === undefined) return
    const by = { by: `${callersAccount(call)} ${site.region}`, nowMs: context.ground.clock.monotonic() }
    await call.once('counted', async () => {
      const rate = rateOf(call.operation, () => membersOf(request))
      if (rate !== undefined) throttle.count(rate, by)
      return Promise.resolve()
    })
  }

  return jsonService(kmsService(domain), {
    prefixes: ['TrentService'],
    operations: operations.map(one => checkingTokens(one)),
    refuse,
    headers: amznHeaders,
    admit,
  })
}

/** For counting alone: what is wrong with a body is said where it is read. */
function membersOf({ body }: WireRequest): Readonly<Record<string, unknown>> {
  try {
    const value = parseStrictJson(body ?? new Uint8Array(0))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
