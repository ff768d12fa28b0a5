import { z } from 'zod'
import { family } from '#domain/records/family.ts'

export const groupSchema = z.object({
  id: z.string(),
  tenantId: z.string(),
  displayName: z.string(),
  mailNickname: z.string(),
  description: z.string().optional(),
  /** Object ids, in the order in which they became owners. */
  owners: z.array(z.string()),
  createdAt: z.number().int(),
})
export type Group = z.output<typeof groupSchema>

/** In the tenant's compartment; path: object id. A group that is gone gives nothing: a ruling. */
export const groups = family<Group, readonly [id: string]>({
  name: 'groups',
  schema: groupSchema,
  format: 1,
  residency: 'resident',
  ruling: true,
})

/** What can be in a group. */
export const memberKinds = ['user', 'group', 'servicePrincipal'] as const
export type MemberKind = (typeof memberKinds)[number]

const membership = z.object({
  tenantId: z.string(),
  groupId: z.string(),
  memberId: z.string(),
  memberKind: z.enum(memberKinds),
  addedAt: z.number().int(),
})
export type Membership = z.output<typeof membership>

/** In the tenant's compartment; path: the group's object id, then the member's. A record each, so that joining a large group costs no more than a small one. */
export const memberships = family<Membership, readonly [groupId: string, memberId: string]>({
  name: 'memberships',
  schema: membership,
  format: 1,
  residency: 'resident',
  ruling: true,
})
