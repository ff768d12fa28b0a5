// The shop of the developer's tutorial: signs what it reads with a key it never sees, as the machine that it runs on.
//   node sign.mjs KEY-URL < order > signature      node sign.mjs KEY-URL --time 200
import { createHash } from 'node:crypto'
import { ManagedIdentityCredential } from '@azure/identity'
import { CryptographyClient } from '@azure/keyvault-keys'

const [key, , times] = process.argv.slice(2)
const client = new CryptographyClient(key, new ManagedIdentityCredential())
const sign = async bytes => client.sign('RS256', createHash('sha256').update(bytes).digest())

if (times === undefined) {
  const order = Buffer.concat(await Array.fromAsync(process.stdin))
  process.stdout.write((await sign(order)).result)
} else {
  const took = []
  for (let each = 0; each < Number(times); each++) {
    const began = performance.now()
    await sign(Buffer.from(`order ${each}`))
    took.push(performance.now() - began)
  }
  took.sort((a, b) => a - b)
  const at = part => took[Math.min(took.length - 1, Math.floor(took.length * part))].toFixed(1)
  console.log(`${times} signatures: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`)
}
