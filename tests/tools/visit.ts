// The browser of az in these tests: signs the person of its surroundings in, as one would on the page.
import { signInAt } from '#tests/clients/person.ts'

const [url = ''] = process.argv.slice(2)
const { KEYSTEAD_PERSON: name = '', KEYSTEAD_PASSWORD: password = '' } = process.env
await signInAt(url, { name, password, objectId: '' })
