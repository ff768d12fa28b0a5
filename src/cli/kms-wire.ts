import { createHash } from 'node:crypto'
import { signatureOf, signingKey, scopeText } from '#protocols/aws/signing-key.ts'
import { memberOf, textOf } from './json-value.ts'
import { CommandFailed, exits } from './output.ts'
import { parsed, send, type Site } from './wire.ts'

/** Who signs, and where. */
export interface KmsCaller {
  readonly site: Site
  /** `https://localhost:PORT`. */
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** The root of the administrator's account. */
export function kmsCallerOf(environment: unknown, site: Site): KmsCaller {
  const administrator = memberOf(environment, 'administrator')
  return {
    site,
    endpoint: textOf(memberOf(memberOf(environment, 'endpoints'), 'aws')),
    accessKeyId: textOf(memberOf(administrator, 'awsAccessKeyId')),
    secretAccessKey: textOf(memberOf(administrator, 'awsSecretAccessKey')),
  }
}

const exitOf: Readonly<Record<string, number>> = {
  AccessDeniedException: exits.denied,
  NotFoundException: exits.missing,
  KMSInvalidStateException: exits.conflict,
  ThrottlingException: exits.busy,
}

/** One request to the key service of accounts, signed (Signature Version 4). Raises `CommandFailed` with the service's own words. */
export async function askKms(caller: KmsCaller, operation: 'DisableKey' | 'EnableKey', arn: string): Promise<void> {
  const { host } = new URL(caller.endpoint)
  const body = JSON.stringify({ KeyId: arn })
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const scope = {
    date: date.slice(0, 8),
    region: arn.split(':')[3] ?? '',
    service: 'kms',
    accessKeyId: caller.accessKeyId,
    end: 'aws4_request',
  }
  const headers = { 'content-type': 'application/x-amz-json-1.1', host, 'x-amz-date': date, 'x-amz-target': `TrentService.${operation}` }
  const names = Object.keys(headers).join(';')
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const canonical = ['POST', '/', '', lines.join(''), names, createHash('sha256').update(body).digest('hex')].join('\n')
  const signature = signatureOf({ key: signingKey(Buffer.from(caller.secretAccessKey), scope), date, scope, canonical })
  const authorization = `AWS4-HMAC-SHA256 Credential=${caller.accessKeyId}/${scopeText(scope)}, SignedHeaders=${names}, Signature=${signature}`
  const answer = await send(caller.site, { method: 'POST', url: `${caller.endpoint}/`, headers: { ...headers, authorization }, body })
  if (answer.status < 400) return
  const error = parsed(answer.text)
  const code = textOf(memberOf(error, '__type')).split('#').at(-1) ?? ''
  throw new CommandFailed({
    exit: exitOf[code] ?? exits.unknown,
    code: code || `Http${answer.status}`,
    message: textOf(memberOf(error, 'message')) || textOf(memberOf(error, 'Message')) || `The key service answers ${answer.status}.`,
  })
}
