import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Made } from '#domain/identity/testing.ts'
import { listIn, objectIn, textIn } from '#protocols/http/testing.ts'
import { base, codeOf, graphGround, names, tokenFor } from './testing.ts'

const { ground, as, asked, filtered } = await graphGround()
const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const nobody = '99999999-2222-4333-8444-555555555555'

const made = async (displayName: string, more: object = {}): Promise<string> => {
  const answered = await asked('POST', '/v1.0/groups', {
    displayName,
    mailNickname: displayName.replaceAll(' ', '-'),
    mailEnabled: false,
    securityEnabled: true,
    ...more,
  })
  assert.equal(answered.status, 201, answered.text)
  return textIn(answered.json['id'])
}
const link = (id: string) => ({ '@odata.id': `${base}/v1.0/directoryObjects/${id}` })
const add = async (group: string, member: string) => asked('POST', `/v1.0/groups/${group}/members/$ref`, link(member))
const idsOf = async (path: string) => listIn((await asked('GET', `/v1.0/${path}`)).json['value']).map(one => one['id'])

describe('a group', () => {
  test('is made, found, changed and deleted', async () => {
    const id = await made('Security', { description: 'those who open' })
    const { json } = await asked('GET', `/v1.0/groups/${id}`)
    assert.deepEqual(
      [json['displayName'], json['mailNickname'], json['description'], json['mailEnabled'], json['securityEnabled'], json['groupTypes']],
      ['Security', 'Security', 'those who open', false, true, []],
    )
    for (const filter of [
      "displayName eq 'security'",
      "startswith(displayName,'Secu')",
      "displayName eq 'Security' and mailNickname eq 'Security'",
      'securityEnabled eq true and mailEnabled eq false',
    ])
      assert.deepEqual(names((await filtered('groups', filter)).json), ['Security'], filter)
    assert.equal((await asked('PATCH', `/v1.0/groups/${id}`, { displayName: 'Openers', description: null })).status, 204)
    const changed = await asked('GET', `/v1.0/groups/${id}?$select=displayName,description,mailNickname`)
    assert.deepEqual(
      [changed.json['displayName'], changed.json['description'], changed.json['mailNickname']],
      ['Openers', null, 'Security'],
    )
    assert.equal((await asked('DELETE', `/v1.0/groups/${id}`)).status, 204)
    const gone = await asked('GET', `/v1.0/groups/${id}`)
    assert.deepEqual([gone.status, codeOf(gone.json)], [404, 'Request_ResourceNotFound'])
  })

  test('begins with the members and owners that its body binds', async () => {
    const one = await ground.add('bound')
    const bind = [`${base}/v1.0/servicePrincipals/${one.oid}`]
    const id = await made('binding', { 'members@odata.bind': bind, 'owners@odata.bind': bind })
    assert.deepEqual([await idsOf(`groups/${id}/members`), await idsOf(`groups/${id}/owners`)], [[one.oid], [one.oid]])
    const other = await ground.add('bound later')
    assert.equal((await asked('PATCH', `/v1.0/groups/${id}`, { 'members@odata.bind': [link(other.oid)['@odata.id']] })).status, 204)
    assert.deepEqual(await idsOf(`groups/${id}/members`), [one.oid, other.oid])
  })

  for (const [what, body] of [
    ['with mail', { mailEnabled: true }],
    ['without security', { securityEnabled: false }],
    ['of Microsoft 365', { groupTypes: ['Unified'] }],
    ['for directory roles', { isAssignableToRole: true }],
    ['with an address for a nickname', { mailNickname: 'a@b' }],
    ['without a nickname', { mailNickname: undefined }],
    ['with a member that would be lost', { theme: 'Teal' }],
    ['with a link to nothing of a directory', { 'members@odata.bind': [`${base}/v1.0/planner/${nobody}`] }],
  ] as const)
    test(`${what} is refused`, async () => {
      const plain = { displayName: 'x', mailNickname: 'x', mailEnabled: false, securityEnabled: true }
      const { status, json } = await asked('POST', '/v1.0/groups', { ...plain, ...body })
      assert.deepEqual([status, codeOf(json)], [400, 'Request_BadRequest'])
      assert.deepEqual(names((await filtered('groups', "displayName eq 'x'")).json), [])
    })
})

describe('members', () => {
  test('are what they are: an application’s principal, a group, each with its type, in the order in which they came', async () => {
    const [group, inner, someone] = [await made('whole'), await made('part'), await ground.add('a member')]
    assert.equal((await add(group, someone.oid)).status, 204)
    assert.equal((await add(group, inner)).status, 204)
    const { json } = await asked('GET', `/v1.0/groups/${group}/members`)
    assert.deepEqual(
      listIn(json['value']).map(one => [one['@odata.type'], one['displayName']]),
      [
        ['#microsoft.graph.servicePrincipal', 'a member'],
        ['#microsoft.graph.group', 'part'],
      ],
    )
    assert.deepEqual(await idsOf(`groups/${group}/members/microsoft.graph.group`), [inner])
    assert.deepEqual(await idsOf(`groups/${group}/members?$filter=displayName%20eq%20'a%20member'`), [someone.oid])
    const selected = await asked('GET', `/v1.0/groups/${group}/members?$select=id,appId&$top=1`)
    assert.deepEqual(listIn(selected.json['value']), [
      { '@odata.type': '#microsoft.graph.servicePrincipal', id: someone.oid, appId: someone.appId },
    ])
    assert.deepEqual(await idsOf(textIn(selected.json['@odata.nextLink']).slice(`${base}/v1.0/`.length)), [inner])
    const links = await asked('GET', `/v1.0/groups/${group}/members/$ref`)
    assert.deepEqual(listIn(links.json['value']), [link(someone.oid), link(inner)])
    assert.equal((await asked('DELETE', `/v1.0/groups/${group}/members/${someone.oid}/$ref`)).status, 204)
    assert.deepEqual(await idsOf(`groups/${group}/members`), [inner])
  })

  test('of a group in a group are members of both, in a circle as well', async () => {
    const [outer, inner, someone] = [await made('outer'), await made('inner'), await ground.add('nested')]
    await add(outer, inner)
    await add(inner, someone.oid)
    await add(inner, outer)
    assert.deepEqual(new Set(await idsOf(`groups/${outer}/transitiveMembers`)), new Set([inner, someone.oid, outer]))
    assert.deepEqual(await idsOf(`groups/${outer}/transitiveMembers/microsoft.graph.servicePrincipal`), [someone.oid])
    assert.deepEqual(await idsOf(`servicePrincipals/${someone.oid}/memberOf`), [inner])
    assert.deepEqual(await idsOf(`directoryObjects/${someone.oid}/transitiveMemberOf`), [outer, inner])
    const groups = await asked('POST', `/v1.0/servicePrincipals/${someone.oid}/getMemberGroups`, { securityEnabledOnly: false })
    assert.deepEqual(groups.json['value'], [inner, outer])
    const own = await asked('POST', `/v1.0/groups/${inner}/getMemberObjects`, { securityEnabledOnly: true })
    assert.deepEqual(own.json['value'], [outer])
    const checked = await asked('POST', `/v1.0/directoryObjects/${someone.oid}/checkMemberGroups`, {
      groupIds: [outer.toUpperCase(), nobody],
    })
    assert.deepEqual(checked.json['value'], [outer])
  })

  test('are users too, asked for by their names', async () => {
    const [group, domain] = [await made('people'), 'contoso.keystead.test']
    const alice = await asked('POST', '/v1.0/users', {
      accountEnabled: true,
      displayName: 'Alice',
      mailNickname: 'alice',
      userPrincipalName: `alice@${domain}`,
      passwordProfile: { password: 'correct horse battery staple 7' },
    })
    const id = textIn(alice.json['id'])
    assert.equal((await add(group, id)).status, 204)
    assert.deepEqual(await idsOf(`groups/${group}/members/microsoft.graph.user`), [id])
    assert.deepEqual(await idsOf(`users/alice@${domain}/memberOf`), [group])
    assert.deepEqual((await asked('POST', `/v1.0/users/${id}/getMemberGroups`, {})).json['value'], [group])
    await asked('DELETE', `/v1.0/users/${id}`)
    assert.deepEqual(await idsOf(`groups/${group}/members`), [])
  })

  test('that cannot be are refused, and what is refused leaves nothing', async () => {
    const [group, someone] = [await made('refusing'), await ground.add('refused')]
    await add(group, someone.oid)
    for (const [member, status, code] of [
      [group, 400, 'Request_BadRequest'],
      [someone.oid, 400, 'Request_BadRequest'],
      [someone.application.value.id, 400, 'Request_BadRequest'],
      [nobody, 404, 'Request_ResourceNotFound'],
    ] as const) {
      const answered = await add(group, member)
      assert.deepEqual([answered.status, codeOf(answered.json)], [status, code])
    }
    assert.equal((await add(nobody, someone.oid)).status, 404)
    assert.equal((await asked('DELETE', `/v1.0/groups/${group}/members/${nobody}/$ref`)).status, 404)
    assert.deepEqual(await idsOf(`groups/${group}/members`), [someone.oid])
  })

  test('that are deleted are in no group any more, and a group that is purged has none', async () => {
    const [group, outer, someone] = [await made('emptied'), await made('around'), await ground.add('leaving')]
    await add(group, someone.oid)
    await add(outer, group)
    await asked('DELETE', `/v1.0/applications/${someone.application.value.id}`)
    assert.deepEqual(await idsOf(`groups/${group}/members`), [])
    await asked('DELETE', `/v1.0/groups/${group}`)
    assert.deepEqual(await idsOf(`groups/${outer}/members`), [])
    await asked('DELETE', `/v1.0/directory/deletedItems/${group}`)
    const left = ground.context.memberships.peek().filter(({ value }) => value.groupId === group || value.memberId === group)
    assert.deepEqual(left, [])
  })
})

describe('a token', () => {
  const claimsOf = async (made: Made) =>
    objectIn(JSON.parse(Buffer.from((await tokenFor(ground, made)).split('.')[1] ?? '', 'base64url').toString()))

  test('names the groups at any depth, two hundred at most; beyond it says where they are to be had', async () => {
    const someone = await ground.add('in groups')
    assert.equal((await claimsOf(someone))['groups'], undefined)
    const [outer, inner] = [await made('claimed'), await made('claimed-too')]
    await add(outer, inner)
    await add(inner, someone.oid)
    assert.deepEqual((await claimsOf(someone))['groups'], [inner, outer])
    for (let at = 0; at < 198; at += 1) await made(`many-${at}`, { 'members@odata.bind': [link(someone.oid)['@odata.id']] })
    assert.equal(listed((await claimsOf(someone))['groups']).length, 200)
    await made('one-more', { 'members@odata.bind': [link(someone.oid)['@odata.id']] })
    const claims = await claimsOf(someone)
    assert.equal(claims['groups'], undefined)
    assert.deepEqual(claims['_claim_names'], { groups: 'src1' })
    const endpoint = textIn(objectIn(objectIn(claims['_claim_sources'])['src1'])['endpoint'])
    const found = await asked('POST', endpoint.slice(base.length), { securityEnabledOnly: false })
    assert.equal(listed(found.json['value']).length, 201)
  })
})

describe('owners', () => {
  test('of groups, applications and principals are told, added once and taken away', async () => {
    const [one, other] = [await ground.add('owned'), await ground.add('owning')]
    for (const path of [`groups/${await made('owned too')}`, `applications/${one.application.value.id}`, `servicePrincipals/${one.oid}`]) {
      assert.equal((await asked('POST', `/v1.0/${path}/owners/$ref`, link(other.oid))).status, 204)
      assert.equal((await asked('POST', `/v1.0/${path}/owners/$ref`, link(other.oid))).status, 400)
      assert.deepEqual(await idsOf(`${path}/owners`), [other.oid])
      assert.equal((await asked('DELETE', `/v1.0/${path}/owners/${other.oid}/$ref`)).status, 204)
      assert.equal((await asked('DELETE', `/v1.0/${path}/owners/${other.oid}/$ref`)).status, 404)
      assert.deepEqual(await idsOf(`${path}/owners`), [])
    }
  })

  test('that are applications do not manage their groups: the directory’s rights do that', async () => {
    const [group, owner] = [await made('guarded'), await ground.add('mere owner', 'read')]
    await asked('POST', `/v1.0/groups/${group}/owners/$ref`, link(owner.oid))
    const own = await as(owner)
    const { status, json } = await own('POST', `/v1.0/groups/${group}/members/$ref`, link(owner.oid))
    assert.deepEqual([status, codeOf(json)], [403, 'Authorization_RequestDenied'])
  })
})

test('an object is found by its id alone, and a set that has no members is no such path', async () => {
  const group = await made('found by id')
  const { json } = await asked('GET', `/v1.0/directoryObjects/${group}`)
  assert.deepEqual([json['@odata.type'], json['displayName']], ['#microsoft.graph.group', 'found by id'])
  const all = await asked('POST', '/v1.0/directoryObjects/getByIds', { ids: [group], types: ['group', 'user'] })
  assert.deepEqual(
    listIn(all.json['value']).map(one => [one['@odata.type'], one['displayName']]),
    [['#microsoft.graph.group', 'found by id']],
  )
  const wrong = await asked('GET', `/v1.0/servicePrincipals/${group}/memberOf`)
  assert.deepEqual([wrong.status, codeOf(wrong.json)], [404, 'Request_ResourceNotFound'])
  for (const path of [`devices/${group}/memberOf`, `organization/${group}/owners`]) {
    const unknown = await asked('GET', `/v1.0/${path}`)
    assert.deepEqual([unknown.status, codeOf(unknown.json)], [400, 'BadRequest'])
  }
})
