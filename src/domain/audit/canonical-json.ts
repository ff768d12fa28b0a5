/** A value as JSON has it; members that are `undefined` are left out. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [name: string]: JsonValue | undefined
}

/** RFC 8785: members in the order of their names' UTF-16 code units, also where a name is a number; strings well-formed. */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'string') return JSON.stringify(value.toWellFormed())
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members: (readonly [name: string, member: JsonValue])[] = []
  for (const [name, member] of Object.entries(value)) if (member !== undefined) members.push([name.toWellFormed(), member])
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  let text = ''
  for (const [name, member] of members) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`
  return `{${text}}`
}

const isList = (value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] => Array.isArray(value)
