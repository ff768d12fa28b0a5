/** Zones of a Region: names, as Regions are. */
export const zonesOf = (region: string): readonly string[] => Array.from('abcdef', letter => `${region}${letter}`)
