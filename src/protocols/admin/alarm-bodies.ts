import { z } from 'zod'
import type { Alarm } from '#domain/alarms/records.ts'

const texts = (most: number) =>
  z
    .array(z.string().min(1, 'is not empty').max(2_048, 'has 2048 characters at most'))
    .max(most, `are ${most.toString()} at most`)
    .default([])

/** HTTPS with nothing in it that would be shown where the URL is. */
function isWebhookUrl(text: string): boolean {
  const url = URL.parse(text)
  return url?.protocol === 'https:' && url.username === '' && url.password === '' && url.hash === ''
}

const webhook = z.strictObject({
  url: z
    .string()
    .max(2_048, 'a URL has 2048 characters at most')
    .refine(isWebhookUrl, 'a webhook is an https URL without user and fragment'),
  ca: z
    .string()
    .max(65_536, 'an authority has 64 KiB at most')
    .includes('-----BEGIN CERTIFICATE-----', { message: 'an authority is a certificate in PEM' })
    .optional(),
})

/** `exactOptional`: what is absent is absent, not `undefined`. */
export const alarmBodies = {
  add: z
    .strictObject({
      name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'an alarm is named by 1 to 64 letters, digits, dots, dashes and underscores'),
      events: texts(100),
      resources: texts(100),
      exceptPrincipals: texts(100),
      denied: z
        .strictObject({
          moreThan: z.int().min(0, 'a count is 0 or more').max(10_000, 'a count is 10000 at most'),
          withinSeconds: z.int().min(1, 'a time is 1 second or more').max(86_400, 'a time is a day at most'),
        })
        .optional(),
      webhook: webhook.optional(),
    })
    .refine(({ events, denied }) => events.length > 0 || denied !== undefined, 'an alarm has an event, or counts refusals'),
} as const

/** An alarm as the operator is shown it: nothing secret. */
export const alarmMembers = ({ name, events, resources, exceptPrincipals, denied, webhook: to, createdAt, lastRungAt }: Alarm) => ({
  name,
  events,
  resources,
  exceptPrincipals,
  ...(denied !== undefined && { denied }),
  ...(to !== undefined && { webhook: to.url }),
  createdAt: Temporal.Instant.fromEpochMilliseconds(createdAt).toString(),
  ...(lastRungAt !== undefined && { lastRungAt: Temporal.Instant.fromEpochMilliseconds(lastRungAt).toString() }),
})
