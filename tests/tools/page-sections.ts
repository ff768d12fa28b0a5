// A page may have sections that other runs write: each is held to its own run, and left alone by the rest.
const beginning = /\n## (?=.)/

/** Sections by their titles, in their order; what stands before the first is untitled. */
function sectionsOf(page: string): ReadonlyMap<string, string> {
  const [lead = '', ...rest] = page.trimEnd().split(beginning)
  return new Map([['', lead], ...rest.map(text => [text.split('\n', 1)[0] ?? '', text] as const)])
}

const pageOf = (sections: ReadonlyMap<string, string>): string => `${[...sections.values()].map(text => text.trimEnd()).join('\n\n## ')}\n`

/** The page without the sections of these titles. */
export const withoutSections = (page: string, titles: readonly string[]): string =>
  pageOf(new Map([...sectionsOf(page)].filter(([title]) => !titles.includes(title))))

/** `page` with sections of these titles, in this order, as `other` has them, below its own. */
export const withSectionsOf = (page: string, other: string, titles: readonly string[]): string =>
  pageOf(new Map([...sectionsOf(page), ...titles.flatMap(title => [...sectionsOf(other)].filter(([own]) => own === title))]))

/** The section of this title alone; empty where there is none. */
export const sectionOf = (page: string, title: string): string => sectionsOf(page).get(title) ?? ''
