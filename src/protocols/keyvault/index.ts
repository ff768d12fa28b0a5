import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Facts } from '#domain/access/conditions/evaluate.ts'
import { attributes } from '#domain/access/known-facts.ts'
import type { Context } from '#domain/context.ts'
import { leadsTo } from '#domain/networks/private-address.ts'
import { vaultByName } from '#domain/resources/find-vault.ts'
import { subscriptionOfArmId } from '#domain/resources/scopes.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { keyVaultAddress, vaultNameOf } from './address.ts'
import { checkVersion } from './api-version.ts'
import { authenticate } from './authenticate.ts'
import { createFirewall } from './firewall.ts'
import { clientRequestId, headers } from './headers.ts'
import { operations } from './operations/index.ts'
import { refuse } from './problems.ts'
import type { VaultSite } from './site.ts'
import { createThrottle } from './throttle.ts'
import { transactionOf } from './transactions.ts'

/** Where the main listener is: no private endpoint's, and not worth a look at the records. */
const mainAddresses = new Set(['', '127.0.0.1', '::1'])
/** Conditions on secrets compare names as the caller spells them (key-vault.md 7). */
const secretNamed =
  ({ segments: [collection = '', name] }: WireRequest): Facts =>
  attribute =>
    attribute.name === attributes.secretName &&
    /^(?:deleted)?secrets$/i.test(collection) &&
    name !== undefined &&
    name.toLowerCase() !== 'restore'
      ? { anyCase: name }
      : undefined

/** Words that only pools know, where the version of a key could stand: a vault has no such address, by whatever method (key-vault.md 0.11). */
const poolWords = new Set(['attestation', 'securewrapkey', 'secureunwrapkey'])
const isOfPools = ([collection = '', , ...rest]: readonly string[]): boolean =>
  collection.toLowerCase() === 'keys' && poolWords.has(rest.at(-1)?.toLowerCase() ?? '')

/** The data plane of vaults: one host a vault, one label below `vault.{domain}`. Counters live as long as the value. */
export function keyVaultProtocol(domain: string): Protocol<Context, VaultSite> {
  const throttle = createThrottle()
  const firewall = createFirewall()

  async function locate(context: Context, call: Call, request: WireRequest): Promise<VaultSite> {
    const name = vaultNameOf(request.hostname, domain) ?? ''
    const vault = await vaultByName(context, call, name)
    if (vault === undefined) throw new Problem({ code: 'VaultNotFound', details: { name } })
    return { vault, baseUrl: `https://${request.host}` }
  }

  /** Once a request, however often it is tried. */
  async function count(context: Context, call: Call, { site, request }: { site: VaultSite; request: WireRequest }): Promise<void> {
    const vault = site.vault.value
    await call.once('counted', async () => {
      const transaction = await transactionOf(context, call, { vault, request })
      const nowMs = context.ground.clock.monotonic()
      throttle.count(transaction, { vault: vault.compartment, subscription: subscriptionOfArmId(vault.id) ?? '', nowMs })
    })
  }

  return {
    name: 'keyvault',
    plane: 'keyvault',
    ...keyVaultAddress(domain),
    operations,
    absent: isOfPools,
    routeBeforeToken: true,
    locate,
    authenticate,
    async admit(context, call, at) {
      const { remoteAddress: address, localAddress } = at.request
      const vault = at.site.vault.value
      const isPrivate = mainAddresses.has(localAddress) ? false : await leadsTo(context, call, { address: localAddress, vault })
      firewall.admit(vault, { address, isPrivate })
      if (context.instance.throttle) await count(context, call, at)
    },
    facts: secretNamed,
    checkVersion,
    refuse,
    headers: ({ instance }, at) => headers(instance.location, at),
    correlationId: clientRequestId,
  }
}
