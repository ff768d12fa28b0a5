import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { Found, OwnedFacts, Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import {
  existing,
  foundEntity,
  profileNamed,
  roleNamed,
  userNamed,
  type Entity,
  type Named,
  type Tagged,
} from '#domain/accounts/entities.ts'
import { tagEntity, untagEntity, type Tag } from '#domain/accounts/entity-tags.ts'
import { changeProvider, existingProvider, foundProvider, providerOfArn } from '#domain/accounts/identity-providers.ts'
import { ownPolicy, policyMissing, policyOfArn } from '#domain/accounts/managed-policies.ts'
import { structure } from '#protocols/aws/schemas.ts'
import type { Shape } from '#protocols/aws/shape.ts'
import { requestFacts, tagsOf } from '#protocols/awsiam/facts.ts'
import { arn, existingUserName, paging, profileName, roleName, tagKeys, tags } from '#protocols/awsiam/members.ts'
import { pageOf } from '#protocols/awsiam/pages.ts'
import { foundToChange } from '#protocols/awsiam/policies.ts'
import { tagsShape } from '#protocols/awsiam/shapes.ts'
import { iamOperation } from '#protocols/awsiam/site.ts'
import { about } from '#protocols/awsiam/subjects.ts'

/** Something with tags, found and not yet opened. */
interface TaggedThing {
  readonly arn: string
  found(permission: Permission, facts?: OwnedFacts): Found
  tags(permit: Permit<Permission>): Tagged['tags']
  tag(permit: Permit<Permission>, given: readonly Tag[]): void
  untag(permit: Permit<Permission>, keys: readonly string[]): void
}

interface TaggedNoun {
  readonly word: string
  readonly nameMember: string
  readonly name: Shape<string>
  readonly noun: 'accountUser' | 'accountRole' | 'accountPolicy' | 'instanceProfile' | 'identityProvider'
  readonly find: (context: Context, call: Call, at: { readonly accountId: string; readonly name: string }) => Promise<TaggedThing>
}

const taggedEntity = <T extends Entity & Tagged>(call: Call, of: Named<T>): TaggedThing => ({
  arn: of.arn,
  found: (_permission, facts) => foundEntity(of, facts),
  tags: permit => existing(permit, of).value.tags,
  tag: (permit, given) => tagEntity(call, { permit, of, tags: given }),
  untag: (permit, keys) => untagEntity(call, { permit, of, keys }),
})

const nouns: readonly TaggedNoun[] = [
  {
    word: 'User',
    nameMember: 'UserName',
    name: existingUserName,
    noun: 'accountUser',
    find: async (context, call, at) => taggedEntity(call, await userNamed(context, call, at)),
  },
  {
    word: 'Role',
    nameMember: 'RoleName',
    name: roleName,
    noun: 'accountRole',
    find: async (context, call, at) => taggedEntity(call, await roleNamed(context, call, at)),
  },
  {
    word: 'InstanceProfile',
    nameMember: 'InstanceProfileName',
    name: profileName,
    noun: 'instanceProfile',
    find: async (context, call, at) => taggedEntity(call, await profileNamed(context, call, at)),
  },
  { word: 'Policy', nameMember: 'PolicyArn', name: arn, noun: 'accountPolicy', find: policyThing },
  {
    word: 'OpenIDConnectProvider',
    nameMember: 'OpenIDConnectProviderArn',
    name: arn,
    noun: 'identityProvider',
    find: providerThing,
  },
]

async function policyThing(context: Context, call: Call, { accountId, name }: { readonly accountId: string; readonly name: string }) {
  const found = await policyOfArn(context, call, { accountId, arn: name })
  // What the service keeps is nobody's to tag: the permit is refused before anything else is asked of it.
  const own = found.kind === 'account' ? found.policy : undefined
  const thing: TaggedThing = {
    arn: name,
    found: (permission, facts) => foundToChange(found, { call, permission, facts }),
    tags: permit => (own === undefined ? {} : ownPolicy(permit, own).value.tags),
    tag(permit, given) {
      if (own?.held === undefined) throw policyMissing(name)
      tagEntity(call, { permit, of: own, tags: given })
    },
    untag(permit, keys) {
      if (own?.held === undefined) throw policyMissing(name)
      untagEntity(call, { permit, of: own, keys })
    },
  }
  return thing
}

async function providerThing(context: Context, call: Call, { accountId, name }: { readonly accountId: string; readonly name: string }) {
  const provider = await providerOfArn(context, call, { accountId, arn: name })
  const thing: TaggedThing = {
    arn: provider.arn,
    found: (_permission, facts) => foundProvider(provider, facts),
    tags: permit => existingProvider(permit, provider).value.tags,
    tag: (permit, given) => changeProvider(context, call, { permit, provider, change: { tags: given } }),
    untag: (permit, keys) => changeProvider(context, call, { permit, provider, change: { untag: keys } }),
  }
  return thing
}

/** `TagUser`, `UntagUser`, `ListUserTags`, and so for every noun that has tags. */
const tagOperations = (words: TaggedNoun) => {
  const { word, noun, find } = words
  return [
    iamOperation({
      name: `Tag${word}`,
      permissions: [`${noun}.tag`],
      input: about(words, structure({ Tags: tags })),
      async handle({ context, call, accountId, body, permit }) {
        const thing = await find(context, call, { accountId, name: body.subject })
        thing.tag(permit(`${noun}.tag`, thing.found(`${noun}.tag`, requestFacts({ tags: body.Tags }))), tagsOf(body.Tags))
        return undefined
      },
    }),
    iamOperation({
      name: `Untag${word}`,
      permissions: [`${noun}.untag`],
      input: about(words, structure({ TagKeys: tagKeys })),
      async handle({ context, call, accountId, body, permit }) {
        const thing = await find(context, call, { accountId, name: body.subject })
        thing.untag(permit(`${noun}.untag`, thing.found(`${noun}.untag`, requestFacts({ tagKeys: body.TagKeys }))), body.TagKeys)
        return undefined
      },
    }),
    iamOperation({
      name: `List${word}Tags`,
      permissions: [`${noun}.listTags`],
      input: about(words, structure(paging)),
      async handle(asked) {
        const { context, call, accountId, body, permit } = asked
        const thing = await find(context, call, { accountId, name: body.subject })
        const held = thing.tags(permit(`${noun}.listTags`, thing.found(`${noun}.listTags`)))
        const { items, end } = pageOf(asked, { list: `List${word}Tags ${thing.arn}`, items: tagsShape(held), nameOf: ({ Key }) => Key })
        return { Tags: items, ...end }
      },
    }),
  ]
}

export const tagOperationsOfAll = nouns.flatMap(tagOperations)
