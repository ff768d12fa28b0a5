import { ask, dataDirGiven } from '#cli/admin.ts'
import { callerOf, type Caller } from '#cli/caller.ts'
import type { Run } from '#cli/command.ts'
import { importedKeyIn } from '#cli/imported-key.ts'
import { objectNamed } from '#cli/object-name.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import { secretFrom } from '#cli/secret-input.ts'
import { readSeed, type Seed, type SeedKey, type SeedSecret } from '#cli/seed-file.ts'
import { askVault, listVault } from '#cli/vault-wire.ts'

type Kind = 'vault' | 'key' | 'secret'

interface Item {
  readonly kind: Kind
  readonly name: string
  readonly done: 'created' | 'skipped'
}

interface Importing {
  readonly caller: Caller
  readonly dataDir: string
  readonly dryRun: boolean
  readonly beside: (path: string) => string
}

/** Vaults, keys and secrets of a file; what is there already stays as it is. */
export const run: Run = async ({ options, arguments: [file = ''] }) => {
  const { seed, beside } = readSeed(file)
  const dataDir = dataDirGiven(options)
  await using caller = await callerOf(dataDir, options)
  const dryRun = options['dryRun'] === true
  const items: Item[] = []
  for (const vault of seed.vaults) {
    for await (const item of importVault({ caller, dataDir, dryRun, beside }, vault)) {
      items.push(item)
      if (options['json'] !== true)
        note(`${item.done === 'created' ? '✓' : '·'} ${item.kind} ${item.name} ${dryRun ? `would be ${item.done}` : item.done}`)
    }
  }
  const created = items.filter(({ done }) => done === 'created')
  if (options['json'] === true) printJson({ created: created.length, skipped: items.length - created.length, dryRun, items })
  else print(`${countText(created)} ${dryRun ? 'would be created' : 'created'}, ${items.length - created.length} skipped`)
  return exits.good
}

const countText = (items: readonly Item[]): string => {
  const counts = [...Map.groupBy(items, ({ kind }) => kind)].map(([kind, of]) => `${of.length} ${kind}${of.length === 1 ? '' : 's'}`)
  return counts.length === 0 ? 'nothing' : counts.join(', ')
}

async function* importVault(importing: Importing, vault: Seed['vaults'][number]): AsyncGenerator<Item> {
  const isNew = await addVault(importing, vault)
  yield { kind: 'vault', name: vault.name, done: isNew ? 'created' : 'skipped' }
  const there = {
    keys: await namesIn(importing, { vault, kind: 'keys', isNew }),
    secrets: await namesIn(importing, { vault, kind: 'secrets', isNew }),
  }
  for (const key of vault.keys) {
    const is = there.keys.has(key.name.toLowerCase())
    if (!is && !importing.dryRun) await addKey(importing, vault.name, key)
    yield { kind: 'key', name: `${vault.name}/${key.name}`, done: is ? 'skipped' : 'created' }
  }
  for (const secret of vault.secrets) {
    const is = there.secrets.has(secret.name.toLowerCase())
    if (!is && !importing.dryRun) await addSecret(importing, vault.name, secret)
    yield { kind: 'secret', name: `${vault.name}/${secret.name}`, done: is ? 'skipped' : 'created' }
  }
}

/** True where it was not there. */
async function addVault(
  { dataDir, dryRun }: Importing,
  { keys: _keys, secrets: _secrets, ...vault }: Seed['vaults'][number],
): Promise<boolean> {
  if (dryRun) {
    const found = await ask(dataDir, { method: 'POST', path: '/vaults/list', body: {} })
    return !JSON.stringify(found).toLowerCase().includes(`"name":"${vault.name.toLowerCase()}"`)
  }
  try {
    await ask(dataDir, { method: 'POST', path: '/vaults', body: vault })
    return true
  } catch (error) {
    if (error instanceof CommandFailed && error.failure.message.endsWith('is there already.')) return false
    throw error
  }
}

/** In lower case. Nothing is asked of a vault that was made just now, or of which nothing is wanted. */
async function namesIn(
  { caller }: Importing,
  { vault, kind, isNew }: { readonly vault: Seed['vaults'][number]; readonly kind: 'keys' | 'secrets'; readonly isNew: boolean },
): Promise<ReadonlySet<string>> {
  if (isNew || vault[kind].length === 0) return new Set()
  const on = { vault: vault.name.toLowerCase(), shown: vault.name }
  const rows = await listVault(caller, { on, path: `/${kind}`, action: kind === 'keys' ? 'key.list' : 'secret.list' })
  return new Set(rows.map(row => (JSON.stringify(row).match(/\/(?:keys|secrets)\/([0-9a-zA-Z-]+)/)?.[1] ?? '').toLowerCase()))
}

async function addKey({ caller, beside }: Importing, vault: string, key: SeedKey): Promise<void> {
  const on = objectNamed(`${vault}/${key.name}`, 'keys')
  const said = { ...(key.tags !== undefined && { tags: key.tags }) }
  if (key.file === undefined) {
    await askVault(caller, { method: 'POST', on, path: `${on.path}/create`, body: { ...kindOf(key), ...said }, action: 'key.create' })
    return
  }
  const brought = { ...(await importedKeyIn({ file: beside(key.file) })), ...(key.ops !== undefined && { key_ops: key.ops }) }
  const body = { key: brought, ...(key.hsm === true && { Hsm: true }), ...said }
  await askVault(caller, { method: 'PUT', on, path: on.path, body, action: 'key.import' })
}

/** As the wire takes it; what does not go together, the vault refuses. */
const kindOf = ({ type = 'RSA', hsm, size, curve, alg, ops }: SeedKey): Readonly<Record<string, unknown>> => ({
  kty: hsm === true && !type.endsWith('-HSM') ? `${type}-HSM` : type,
  ...(size !== undefined && { key_size: size }),
  ...(curve !== undefined && { crv: curve }),
  ...(alg !== undefined && { alg }),
  ...(ops !== undefined && { key_ops: ops }),
})

async function addSecret({ caller, beside }: Importing, vault: string, secret: SeedSecret): Promise<void> {
  const on = objectNamed(`${vault}/${secret.name}`, 'secrets')
  const value = secret.value ?? (await secretFrom(beside(secret.file ?? ''), ''))
  const { contentType, tags } = secret
  const body = { value, ...(contentType !== undefined && { contentType }), ...(tags !== undefined && { tags }) }
  await askVault(caller, { method: 'PUT', on, path: on.path, body, action: 'secret.set' })
}
