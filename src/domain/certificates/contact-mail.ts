import { hash } from 'node:crypto'
import { z } from 'zod'
import { compartmentOf, recordIdOf, type Sealed } from '#model/brands.ts'
import type { Message, Post } from '#ports/post.ts'
import { allFamilies, type Needs } from '#domain/context.ts'
import type { Consumer } from '#domain/jobs/outbox.ts'
import type { KindName } from '#domain/records/kinds.ts'
import { contactMailTopic, occasions, type Occasion } from './announce.ts'
import { certificateContacts, certificates, type Certificate } from './records.ts'

const bodyShape = z.object({ certificate: z.string(), version: z.string(), occasion: z.enum(occasions) })

type MailNeeds = Needs<'ground' | 'vaults' | 'certificateContacts'>

/** Tells a vault's contacts, whoever they are by then; of what is gone meanwhile nobody is told. */
export const contactMails = (context: MailNeeds, post: Post): Consumer => ({
  topic: contactMailTopic,
  async handle(body) {
    const message = await messageOf(context, body)
    if (message !== undefined) await post.deliver(message)
  },
})

async function messageOf(context: MailNeeds, body: Sealed): Promise<Message | undefined> {
  const { certificate: text, version, occasion } = bodyShape.parse(JSON.parse(Buffer.from(body).toString('utf8')))
  const id = recordIdOf(text)
  const compartment = compartmentOf(id)
  const found = await read(context, 'certificates', id)
  const contacts = await read(context, 'certificateContacts', context.certificateContacts.idOf(compartment, ['contacts']))
  const vault = context.vaults.peek().find(held => held.value.compartment === compartment)?.value
  if (found === undefined || contacts === undefined || vault === undefined) return undefined
  const certificate = certificates.schema.parse(found)
  const expires = certificate.versions.find(one => one.id === version)?.expires
  if (expires === undefined || certificate.deleted !== undefined) return undefined
  return {
    id: hash('sha256', body, 'buffer').toString('hex').slice(0, 32),
    at: context.ground.clock.now(),
    to: certificateContacts.schema.parse(contacts).contacts.map(({ email }) => email),
    ...wordsOf(certificate, { vault: vault.name, expires, occasion }),
  }
}

async function read({ ground }: MailNeeds, name: KindName, id: ReturnType<typeof recordIdOf>): Promise<unknown> {
  const family = allFamilies.find(one => one.name === name)
  return family === undefined ? undefined : (await ground.view.find(family, id))?.value
}

interface About {
  readonly vault: string
  readonly expires: number
  readonly occasion: Occasion
}

function wordsOf({ name, policy }: Certificate, { vault, expires, occasion }: About): Pick<Message, 'subject' | 'text'> {
  const day = Temporal.Instant.fromEpochMilliseconds(expires).toString({ smallestUnit: 'second' })
  const what = `The certificate ${name} of the vault ${vault} expires at ${day}.`
  if (occasion === 'renewalFailed')
    return {
      subject: `Certificate ${name} in vault ${vault} could not be renewed`,
      text: `${what}\nIts issuer ${policy.issuer.name} has not renewed it. It is asked again every day; the pending operation of the certificate tells why.`,
    }
  return {
    subject: `Certificate ${name} in vault ${vault} expires on ${day.slice(0, 10)}`,
    text: `${what}\nIt is not renewed by itself: create a new version, or import one.`,
  }
}
