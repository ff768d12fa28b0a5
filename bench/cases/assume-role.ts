// A session of a role, for a user of the same account: one decision of the role's trust, one sealed token.
import { addAccount, askByForm } from '#bench/account.ts'
import { requestCase } from '#bench/request-case.ts'
import type { World } from '#bench/world.ts'

const Version = '2012-10-17'
const userName = 'bench'

export const assumeRole = requestCase({
  name: 'AssumeRole',
  work: 'envelope',
  goals: { cpuOfD: 0.75, rateOfA: 0.52 },
  async prepare(world) {
    const { accountId, root } = await addAccount(world)
    const iam = async (Action: string, form: Readonly<Record<string, string>>): Promise<string> =>
      textOf(world, askByForm(world, root, { service: 'iam', form: { Action, Version: '2010-05-08', ...form } }))
    await iam('CreateUser', { UserName: userName })
    const trust = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:user/${userName}` }, Action: 'sts:AssumeRole' }
    const made = await iam('CreateRole', {
      RoleName: 'taken',
      AssumeRolePolicyDocument: JSON.stringify({ Version, Statement: [trust] }),
    })
    const key = await iam('CreateAccessKey', { UserName: userName })
    const credentials = { accessKeyId: element(key, 'AccessKeyId'), secretAccessKey: element(key, 'SecretAccessKey') }
    const form = { Action: 'AssumeRole', Version: '2011-06-15', RoleArn: element(made, 'Arn'), RoleSessionName: 'session' }
    return {
      exchanges: [askByForm(world, credentials, { service: 'sts', form })],
      async verify({ body }) {
        const answer = body.toString()
        const SessionToken = element(answer, 'SessionToken')
        const session = {
          accessKeyId: element(answer, 'AccessKeyId'),
          secretAccessKey: element(answer, 'SecretAccessKey'),
          sessionToken: SessionToken,
        }
        const whoami = { Action: 'GetCallerIdentity', Version: '2011-06-15' }
        const who = await textOf(world, askByForm(world, session, { service: 'sts', form: whoami }))
        if (!who.includes(':assumed-role/taken/session')) throw new Error(`a session of somebody else: ${who}`)
      },
    }
  },
})

async function textOf({ web }: World, exchange: ReturnType<typeof askByForm>): Promise<string> {
  const { status, body } = await web.send(exchange)
  if (status !== 200) throw new Error(`answered ${status}: ${body.toString()}`)
  return body.toString()
}

/** What the first element of that name holds; throws where there is none. */
function element(xml: string, name: string): string {
  const found = new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1]
  if (found === undefined) throw new Error(`no ${name} in ${xml}`)
  return found
}
