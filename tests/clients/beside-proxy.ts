// An instance beside the proxy of a key manager outside, which its operator lists.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localXksProxy } from '#adapters/xks/testing.ts'
import type { Around } from './behind.ts'

const variables = {
  accessKeyId: 'KEYSTEAD_TEST_PROXY_ACCESS_KEY',
  secret: 'KEYSTEAD_TEST_PROXY_SECRET',
  path: 'KEYSTEAD_TEST_PROXY_PATH',
} as const

/** The proxy lives as long as the instance, with one key: `key-1`. */
export async function besideProxy(): Promise<Around> {
  const proxy = await localXksProxy('localhost')
  const dir = mkdtempSync(join(tmpdir(), 'keystead-proxy-'))
  const ca = join(dir, 'ca.pem')
  writeFileSync(ca, proxy.ca)
  const { accessKeyId, secret } = proxy.credential
  return {
    instance: { KEYSTEAD_KEY_STORE_HOSTS: `localhost:${proxy.port}`, KEYSTEAD_OUTGOING_CA_FILE: ca },
    client: { [variables.accessKeyId]: accessKeyId, [variables.secret]: secret, [variables.path]: proxy.path },
    async [Symbol.asyncDispose]() {
      rmSync(dir, { recursive: true })
      await proxy[Symbol.asyncDispose]()
    },
  }
}

/** What a store is told of it. */
export function proxyBeside() {
  const said = (name: keyof typeof variables): string => process.env[variables[name]] ?? ''
  return {
    XksProxyConnectivity: 'PUBLIC_ENDPOINT',
    XksProxyUriEndpoint: 'https://localhost',
    XksProxyUriPath: said('path'),
    XksProxyAuthenticationCredential: { AccessKeyId: said('accessKeyId'), RawSecretAccessKey: said('secret') },
  } as const
}
