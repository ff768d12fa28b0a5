// The service of the SaaS tutorial: wraps and unwraps a data key under a customer's key, signed in to the customer's tenant by its own certificate.
//   node wrap.mjs wrap|unwrap TENANT APPLICATION CERTIFICATE.pem KEY-URL < key > key
import { ClientCertificateCredential } from '@azure/identity'
import { CryptographyClient } from '@azure/keyvault-keys'

const [what, tenant, application, certificatePath, key] = process.argv.slice(2)
const client = new CryptographyClient(key, new ClientCertificateCredential(tenant, application, { certificatePath }))
const given = Buffer.concat(await Array.fromAsync(process.stdin))
const { result } = what === 'wrap' ? await client.wrapKey('RSA-OAEP-256', given) : await client.unwrapKey('RSA-OAEP-256', given)
process.stdout.write(result)
