import { createPrivateKey, type KeyObject } from 'node:crypto'
import { text, type Invocation } from './command.ts'
import { bytesFrom } from './file-input.ts'
import { memberOf, textOf } from './json-value.ts'
import { CommandFailed, exits } from './output.ts'
import { secretFrom } from './secret-input.ts'
import { parsed } from './wire.ts'

/** What `--file` holds, as a vault imports it: a JWK, a transfer blob of BYOK, or a private key as PEM or DER; one under a passphrase is opened with it. Raises `CommandFailed`. */
export async function importedKeyIn(options: Invocation['options']): Promise<object> {
  const file = text(options['file'])
  const bytes = await bytesFrom('--file', file)
  const value = parsed(bytes.toString('utf8'))
  // BYOK: the blob says nothing of what is in it (key-vault.md 10.1).
  if (memberOf(value, 'schema_version') !== undefined)
    return { kty: `${text(options['type']) ?? 'RSA'}-HSM`, key_hsm: bytes.toString('base64url') }
  if (typeof value === 'object' && value !== null && textOf(memberOf(value, 'kty')) !== '') return value
  const { crv, ...jwk } = (await opened(bytes, options)).export({ format: 'jwk' })
  return { ...jwk, ...(crv !== undefined && { crv: crv === 'secp256k1' ? 'P-256K' : crv }) }
}

async function opened(bytes: Buffer, options: Invocation['options']): Promise<KeyObject> {
  const pem = bytes.toString('latin1')
  const encrypted = /ENCRYPTED/.test(pem)
  const passphrase =
    encrypted || options['passphraseFile'] !== undefined
      ? await secretFrom(text(options['passphraseFile']), 'Passphrase of the key: ')
      : undefined
  const isPem = pem.includes('-----BEGIN')
  try {
    const key = isPem
      ? createPrivateKey({ key: bytes, format: 'pem', ...(passphrase !== undefined && { passphrase }) })
      : createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' })
    if (key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'ec') return key
    throw notTaken(`a key of the type ${key.asymmetricKeyType} is not taken by vaults`)
  } catch (cause) {
    if (cause instanceof CommandFailed) throw cause
    throw notTaken(
      encrypted ? 'the passphrase does not open it' : 'it is neither PEM nor DER of a private key, nor a JWK, nor a transfer blob',
    )
  }
}

const notTaken = (because: string): CommandFailed =>
  new CommandFailed({ exit: exits.usage, code: 'NoPrivateKey', message: 'The file holds no key that can be imported.', because })
