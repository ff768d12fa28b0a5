// An instance beside a token issuer that its operator lists, and the token that the issuer gave a workload.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localIssuer } from '#adapters/outgoing/testing.ts'
import type { Around } from './behind.ts'

export const subject = 'system:serviceaccount:default:workload'
export const audience = 'api://AzureADTokenExchange'
const tokenFile = 'KEYSTEAD_TEST_FEDERATED_TOKEN_FILE'
const issuerVariable = 'KEYSTEAD_TEST_ISSUER'

/** The issuer lives as long as the instance; the token is minted here, as a cluster mounts one into a pod. */
export async function besideIssuer(): Promise<Around> {
  const issuer = await localIssuer('localhost')
  const dir = mkdtempSync(join(tmpdir(), 'keystead-issuer-'))
  const [ca, token] = [join(dir, 'ca.pem'), join(dir, 'token')]
  const now = Math.floor(Date.now() / 1_000)
  writeFileSync(ca, issuer.ca)
  writeFileSync(token, issuer.token({ sub: subject, aud: [audience], iat: now, nbf: now, exp: now + 3_600 }))
  return {
    instance: { KEYSTEAD_FEDERATION_HOSTS: `localhost:${issuer.port}`, KEYSTEAD_OUTGOING_CA_FILE: ca },
    client: { [tokenFile]: token, [issuerVariable]: issuer.issuer },
    async [Symbol.asyncDispose]() {
      rmSync(dir, { recursive: true })
      await issuer[Symbol.asyncDispose]()
    },
  }
}

export interface Workload {
  readonly issuer: string
  readonly tokenFile: string
  readonly token: string
}

/** Behind an instance that `besideIssuer` is around. */
export function workload(): Workload {
  const [issuer = '', file = ''] = [process.env[issuerVariable], process.env[tokenFile]]
  return { issuer, tokenFile: file, token: readFileSync(file, 'utf8') }
}
