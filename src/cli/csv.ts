/** One line of CSV (RFC 4180). A cell that a spreadsheet would take for a formula gets a quote in front: names come from whoever gave them. */
export const csvLine = (cells: readonly string[]): string => cells.map(cellOf).join(',')

function cellOf(cell: string): string {
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
