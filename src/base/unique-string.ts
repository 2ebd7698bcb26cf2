/** The same text, as the one object that V8 has of it as the name of a property: two such texts, or one and a literal, are compared at a glance. */
export function uniqueString(text: string): string {
  return Object.keys({ [text]: true })[0] ?? text
}
