/** The same text in memory of its own: a value cut from a longer text keeps all of that alive. */
export function ownCopy(text: string): string {
  const copy = Buffer.from(text, 'latin1').toString('latin1')
  return copy === text ? copy : Buffer.from(text, 'utf16le').toString('utf16le')
}
