import type { OwnedFacts } from '#domain/access/permit.ts'
import type { Tag } from '#domain/accounts/entity-tags.ts'

/** A tag as the wire writes it. */
export interface WrittenTag {
  readonly Key: string
  readonly Value: string
}

export const tagsOf = (written: readonly WrittenTag[] = []): readonly Tag[] => written.map(({ Key, Value }) => ({ key: Key, value: Value }))

/** What a request adds to what is known of the thing itself (service authorization reference, IAM condition keys). */
export interface RequestFacts {
  readonly tags?: readonly WrittenTag[] | undefined
  readonly tagKeys?: readonly string[] | undefined
  readonly policyArn?: string | undefined
  /** The one that is asked for, instead of the one that is there. */
  readonly boundary?: string | undefined
  readonly passedTo?: string
  readonly serviceName?: string
}

const requestTag = 'aws:requesttag/'

export function requestFacts(of: RequestFacts): OwnedFacts {
  const known: Readonly<Record<string, string | readonly string[] | undefined>> = {
    'aws:tagkeys': of.tagKeys ?? of.tags?.map(({ Key }) => Key),
    'iam:policyarn': of.policyArn,
    'iam:permissionsboundary': of.boundary,
    'iam:passedtoservice': of.passedTo,
    'iam:awsservicename': of.serviceName,
  }
  return key => {
    if (!key.startsWith(requestTag)) return Object.hasOwn(known, key) ? known[key] : undefined
    return of.tags?.find(({ Key }) => Key.toLowerCase() === key.slice(requestTag.length))?.Value
  }
}
