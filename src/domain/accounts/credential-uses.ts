import type { ActingInAccount } from '#model/principal.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { byTheMinute, type Stoppable } from '#domain/jobs/by-the-minute.ts'
import { performAsSystem } from '#domain/jobs/perform-as-system.ts'
import type { CredentialUse } from './records.ts'

/** The key of a user or of the account's root; of a session its role: the keys of sessions are nobody's to ask about. */
export function noteUse({ latestUses }: Needs<'latestUses'>, acting: ActingInAccount, use: CredentialUse): void {
  const id = acting.kind === 'session' ? acting.role?.id : acting.accessKeyId
  if (id !== undefined) latestUses.note(id, use)
}

/** `undefined`: never. */
export async function lastUse(
  { latestUses, credentialUses, instance }: Needs<'latestUses' | 'credentialUses' | 'instance'>,
  call: Call,
  id: string,
): Promise<CredentialUse | undefined> {
  return latestUses.get(id) ?? (await credentialUses.get(call, instance.installation, [id]))?.value
}

/** Of a key or a role that is gone: nobody is left to ask. */
export async function forgetUses(
  { latestUses, credentialUses, instance }: Needs<'latestUses' | 'credentialUses' | 'instance'>,
  call: Call,
  id: string,
): Promise<void> {
  const written = await credentialUses.get(call, instance.installation, [id])
  if (written !== undefined) credentialUses.remove(call, written)
  call.afterwards.push(() => latestUses.forget(id))
}

type Writing = Needs<'accessKeys' | 'latestUses' | 'credentialUses' | 'instance' | 'policyBook' | 'ground' | 'log'>

const atOnce = 500

/** What is lost when the machine dies is a minute of last uses, and no use. */
export const startWritingUses = (context: Writing): Stoppable => byTheMinute(context.ground.clock, async () => writeUses(context))

/** One commit for at most 500 of them. What the store does not take is kept for the next time. */
export async function writeUses(context: Writing): Promise<void> {
  for (let uses = context.latestUses.take(atOnce); uses.length > 0; uses = context.latestUses.take(atOnce)) {
    const end = await performAsSystem(context, {
      operation: 'CredentialUsesWrite',
      resource: '/credentials',
      async run(call) {
        for (const [id, use] of uses) await writeUse(context, call, { id, use })
        return true
      },
    })
    if (!('failed' in end)) continue
    context.log.error('accounts.uses-not-written', end.failed)
    for (const [id, use] of uses) if (context.latestUses.get(id) === undefined) context.latestUses.note(id, use)
    return
  }
}

/** Not of what has gone since it was used: its record would stay for ever. */
async function writeUse(context: Writing, call: Call, { id, use }: { readonly id: string; readonly use: CredentialUse }): Promise<void> {
  const { credentialUses, instance } = context
  if (!(await isThere(context, call, id))) return
  const held = await credentialUses.get(call, instance.installation, [id])
  if (held === undefined) credentialUses.create(call, instance.installation, { path: [id], value: use })
  else credentialUses.update(call, held, use)
}

const isThere = async ({ accessKeys, instance, policyBook }: Writing, call: Call, id: string): Promise<boolean> =>
  policyBook.entities.directory.arnOf(id) !== undefined || (await accessKeys.get(call, instance.installation, [id])) !== undefined
