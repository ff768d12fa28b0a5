import { compartmentOf, recordIdOf } from '#model/brands.ts'
import { entryId } from '#domain/audit/entry-id.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { byTheMinute, type Stoppable } from '#domain/jobs/by-the-minute.ts'
import { performAsSystem } from '#domain/jobs/perform-as-system.ts'
import { callersAccount, type HeldAccountKey } from './find-account-key.ts'
import { assertPermitsKey } from './permit-account-key.ts'
import type { KeyLastUse, NotedKeyUse } from './records.ts'

const keptUse = ({ entry, ...use }: NotedKeyUse): KeyLastUse => ({ ...use, requestId: entry.requestId, entryId: entryId(entry) })

/** Remembers the use once it is answered: what was refused, or only tried dry, was no use. */
export function noteKeyUse({ latestKeyUses }: Needs<'latestKeyUses'>, call: Call, { id, value }: HeldAccountKey): void {
  const { requestId } = call.source
  // The trail of the key's account has its own copy of what another account's principal does.
  const of = value.accountId === callersAccount(call) ? {} : { of: value.accountId }
  call.afterwards.push(() => {
    latestKeyUses.note(keyed(id, value.id), { at: call.at, operation: call.operation, entry: { requestId, place: call.place, ...of } })
  })
}

/** The record's id, for its compartment, and the key's own. */
const keyed = (record: string, keyId: string): string => `${record} ${keyId}`

/** `undefined`: never. */
export async function lastKeyUse(
  { latestKeyUses, keyUses }: Needs<'latestKeyUses' | 'keyUses'>,
  call: Call,
  { permit, key }: { readonly permit: Permit<'accountKey.readLastUsage'>; readonly key: HeldAccountKey },
): Promise<KeyLastUse | undefined> {
  assertPermitsKey(permit, key)
  const { id, compartment, value } = key
  const noted = latestKeyUses.get(keyed(id, value.id))
  return noted === undefined ? (await keyUses.get(call, compartment, [value.id]))?.value : keptUse(noted)
}

type Writing = Needs<'latestKeyUses' | 'keyUses' | 'accountKeys' | 'ground' | 'log'>

const atOnce = 500

/** What is lost when the machine dies is a minute of last uses, and no use. */
export const startWritingKeyUses = (context: Writing): Stoppable => byTheMinute(context.ground.clock, async () => writeKeyUses(context))

/** One commit for at most 500 of them. What the store does not take is kept for the next time. */
export async function writeKeyUses(context: Writing): Promise<void> {
  for (let uses = context.latestKeyUses.take(atOnce); uses.length > 0; uses = context.latestKeyUses.take(atOnce)) {
    const end = await performAsSystem(context, {
      operation: 'KeyUsesWrite',
      resource: '/keys',
      async run(call) {
        for (const [name, use] of uses) await writeKeyUse(context, call, { name, use: keptUse(use) })
        return true
      },
    })
    if (!('failed' in end)) continue
    context.log.error('keys.uses-not-written', end.failed)
    for (const [name, use] of uses) if (context.latestKeyUses.get(name) === undefined) context.latestKeyUses.note(name, use)
    return
  }
}

/** Of a key that is gone meanwhile nothing is kept. */
async function writeKeyUse(
  { accountKeys, keyUses }: Writing,
  call: Call,
  { name, use }: { readonly name: string; readonly use: KeyLastUse },
): Promise<void> {
  const [record = '', keyId = ''] = name.split(' ')
  const compartment = compartmentOf(recordIdOf(record))
  if ((await accountKeys.get(call, compartment, [keyId])) === undefined) return
  const held = await keyUses.get(call, compartment, [keyId])
  if (held === undefined) keyUses.create(call, compartment, { path: [keyId], value: use })
  else keyUses.update(call, held, use)
}
