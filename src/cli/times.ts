const steps: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
]

/** `89 d`, `14 min`: the largest unit that fits, whole ones. */
export function spanText(ms: number): string {
  const [size, unit] = steps.find(([size]) => ms >= size) ?? [1_000, 's']
  return `${Math.floor(ms / size)} ${unit}`
}
