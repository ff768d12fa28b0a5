import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clientVariables, hidingEntries, withoutOurHosts, withoutOurs } from './client-environment.ts'

const environment = {
  proxy: 'http://127.0.0.1:8480',
  trustStoreFile: '/srv/key stead/trust.jks',
  endpoints: { management: 'https://management.keystead.test', login: 'https://login.keystead.test' },
}

describe('what a client is started with', () => {
  test('Java’s own options stay, ours come after them, once', () => {
    const { JAVA_TOOL_OPTIONS: first = '' } = clientVariables(environment, { javaToolOptions: '-Xmx1g "-Dname=two words"' })
    const ours =
      '-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=8480 "-Djavax.net.ssl.trustStore=/srv/key stead/trust.jks" -Djavax.net.ssl.trustStorePassword=changeit'
    assert.equal(first, `-Xmx1g "-Dname=two words" ${ours}`)
    assert.equal(clientVariables(environment, { javaToolOptions: first })['JAVA_TOOL_OPTIONS'], first)
    assert.equal(withoutOurs(first), '-Xmx1g "-Dname=two words"')
  })

  test('a command behind a proxy of its own is told of that one, Java too', () => {
    const told = clientVariables(environment, { proxy: 'http://127.0.0.1:9' })
    assert.deepEqual([told['HTTPS_PROXY'], told['https_proxy']], ['http://127.0.0.1:9', 'http://127.0.0.1:9'])
    assert.match(told['JAVA_TOOL_OPTIONS'] ?? '', /-Dhttps\.proxyPort=9 /)
  })

  test('metadata services are asked without the proxy, beside what was asked so before', () => {
    const told = clientVariables(environment, { noProxy: 'corp.example, 127.0.0.1' })
    assert.equal(told['NO_PROXY'], 'corp.example,localhost,127.0.0.1,169.254.169.254')
    assert.equal(told['no_proxy'], told['NO_PROXY'])
    assert.equal(withoutOurHosts(told['NO_PROXY']), 'corp.example')
  })

  test('NO_PROXY entries that hide our names are found, and no others', () => {
    assert.deepEqual(hidingEntries('localhost, test,.keystead.test,example.com,*', 'keystead.test'), ['test', '.keystead.test', '*'])
  })
})
