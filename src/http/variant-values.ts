/**
 * One form for request values that mean the same, as far as the definition of the field says so (RFC 9111 §4.1): white space,
 * case, order and the spelling of weights in Accept, Accept-Encoding and Accept-Language (RFC 9110 §12.4.2, §12.5).
 *
 * Order: the weights carry the preference, and §12.5.4 says that the order of language tags can't be relied upon, so all
 * three are sorted; user agents give each language a weight of its own. A value that doesn't fit its grammar is left as it
 * is, and so are all other fields: their syntax isn't known here. Never throws.
 */
import { Memo } from './memo.ts'
import { asciiLower, isToken, listMembers, parameterParts, unquote } from './tokens.ts'

export type Normalise = (name: string, value: string) => string

/** `name`: lower case. `value`: the joined value. */
export function normalised(name: string, value: string): string {
  return NORMAL_FORMS.get(name)?.(value) ?? value
}

const NORMAL_FORMS: ReadonlyMap<string, (value: string) => string> = new Map([
  ['accept', (value: string) => weightedList(value, isMediaRange)],
  ['accept-encoding', (value: string) => weightedList(value, isToken)],
  ['accept-language', (value: string) => weightedList(value, isToken)],
])

/** As `normalised`, remembering what it found: requests send the same few values. */
export class NormalisedValues {
  readonly #memos = new Map<string, Memo<string>>()

  constructor(limit = 512) {
    for (const [name, normalForm] of NORMAL_FORMS) this.#memos.set(name, new Memo(normalForm, limit))
  }

  /** Hot. */
  readonly normalise: Normalise = (name, value) => this.#memos.get(name)?.of(value) ?? value
}

function weightedList(value: string, isChoice: (text: string) => boolean): string {
  const choices: string[] = []
  for (const member of listMembers(value)) {
    const choice = weightedChoice(member, isChoice)
    if (choice === null) return value
    choices.push(choice)
  }
  return choices.sort().join(',')
}

/** `Text/HTML ; Q=0.50` as `text/html;q=0.5`; null where it is malformed. */
function weightedChoice(member: string, isChoice: (text: string) => boolean): string | null {
  const parts = parameterParts(member)
  const choice = parts[0] ?? ''
  if (!isChoice(choice)) return null
  let normal = asciiLower(choice)
  for (let i = 1; i < parts.length; i++) {
    const parameter = normalParameter(parts[i]!)
    if (parameter === null) return null
    // A weight of 1 is the default (§12.4.2).
    if (parameter !== 'q=1') normal += `;${parameter}`
  }
  return normal
}

function isMediaRange(text: string): boolean {
  const slash = text.indexOf('/')
  return slash !== -1 && isToken(text.slice(0, slash)) && isToken(text.slice(slash + 1))
}

function normalParameter(part: string): string | null {
  const equals = part.indexOf('=')
  if (equals === -1 || !isToken(part.slice(0, equals))) return null
  const name = asciiLower(part.slice(0, equals))
  const value = part.slice(equals + 1)
  // A quote that doesn't close would swallow other members, and two lists could get one form.
  if (name !== 'q') return isToken(value) || unquote(value) !== null ? `${name}=${value}` : null
  const weight = normalWeight(value)
  return weight === null ? null : `q=${weight}`
}

/** qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ), without zeros at the end. */
function normalWeight(text: string): string | null {
  const whole = text.charAt(0)
  if (text.length > 5 || (whole !== '0' && whole !== '1') || (text.length > 1 && text.charAt(1) !== '.'))
    return null
  let significant = 0
  for (let i = 2; i < text.length; i++) {
    const digit = text.charAt(i)
    if (digit < '0' || digit > (whole === '1' ? '0' : '9')) return null
    if (digit !== '0') significant = i + 1
  }
  return significant === 0 ? whole : text.slice(0, significant)
}
