/**
 * Bans as text:
 *
 *     expression = condition *( "&&" condition )
 *     condition  = field op value
 *     field      = "req.url" / "req.host" / "req.header." NAME / "obj.header." NAME / "obj.tag" / "obj.status" / "obj.age" / "obj.ttl"
 *     op         = "==" / "!=" / "~" / "!~"                    ; text; ~ is a regular expression, which may match anywhere
 *                / "==" / "!=" / "<" / "<=" / ">" / ">="       ; obj.status, and the durations obj.age and obj.ttl
 *     value      = DQUOTE *( CHAR / "\" DQUOTE ) DQUOTE / WORD ; a word ends at white space; of backslashes only \" is special
 *
 * White space is free, except that a word must be followed by it. There is no "||": that is two bans.
 */
import { LIMITS } from '../config/limits.ts'
import { readCondition, type RawCondition, type ReadCondition } from './ban-conditions.ts'

export type ExpressionReading =
  | { readonly ok: true; readonly conditions: readonly ReadCondition[] }
  | { readonly ok: false; readonly why: string }

/** `value` is a quoted string where `quoted`. */
interface Token {
  readonly text: string
  readonly isQuoted: boolean
  readonly at: number
}

export function readExpression(text: string): ExpressionReading {
  if (text.length > LIMITS.banChars)
    return wrong(`an expression of ${text.length} characters is too long; at most ${LIMITS.banChars} will do`)
  const tokens = tokensOf(text)
  if (typeof tokens === 'string') return wrong(tokens)
  if (tokens.length === 0) return wrong(`an expression is missing, such as ${EXAMPLE}`)
  const conditions: ReadCondition[] = []
  for (let i = 0; i < tokens.length; i += 4) {
    const raw = rawCondition(tokens, i)
    if (typeof raw === 'string') return wrong(raw)
    const reading = readCondition(raw)
    if (!reading.ok) return reading
    conditions.push(reading.condition)
  }
  return { ok: true, conditions }
}

const EXAMPLE = `obj.header.x-type == "image" && req.url ~ "^/shop"`

/** The four tokens from `i` on: field, operator, value, and what joins the next condition. */
function rawCondition(tokens: readonly Token[], i: number): RawCondition | string {
  const [field, op, value, and] = [tokens[i], tokens[i + 1], tokens[i + 2], tokens[i + 3]]
  if (field === undefined || field.isQuoted)
    return `a field is missing at ${placeOf(field)}, as in ${EXAMPLE}`
  if (op === undefined || !isOperator(op))
    return `an operator is missing behind '${field.text}' at ${placeOf(op)}`
  if (value === undefined || isOperator(value))
    return `a value is missing behind '${op.text}' at ${placeOf(value)}`
  if (and !== undefined && (and.isQuoted || and.text !== '&&')) {
    return and.text === '||'
      ? `conditions are joined by &&; for what || says, give two bans`
      : `'${and.text}' is not understood at ${placeOf(and)}: conditions are joined by &&, and values with white space need quotes`
  }
  if (and !== undefined && i + 4 >= tokens.length) return 'a condition is missing behind the last &&'
  return { field: field.text, op: op.text, value: value.text }
}

const placeOf = (token: Token | undefined): string =>
  token === undefined ? 'the end' : `character ${token.at + 1}`

const isOperator = ({ text, isQuoted }: Token): boolean => !isQuoted && OPERATOR.test(text)
const OPERATOR = /^(==|!=|!~|~|<=|>=|<|>|&&|\|\|)$/

/** A quoted string, an operator, or a word up to white space or, where a field is expected, an operator. Sticky, and never backtracks far. */
const TOKEN = /\s*(?:"((?:[^"\\]|\\[^])*)"|(==|!=|!~|~|<=|>=|<|>|&&|\|\|)|([^\s"]+))/y
const FIELD = /\s*([a-zA-Z][\w.!#$%&'*+^`|-]*?)\s*(?===|!=|!~|~|<|>|\s|$)/y

/** What is wrong, where something is. */
function tokensOf(text: string): Token[] | string {
  const tokens: Token[] = []
  for (let at = 0; text.slice(at).trim() !== '';) {
    const pattern = tokens.length % 4 === 0 ? FIELD : TOKEN
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null)
      return `'${text.slice(at).trim().slice(0, 20)}' at character ${at + 1} is not understood; a string ends with "`
    tokens.push(tokenOf(match, pattern === FIELD, at))
    at = pattern.lastIndex
    // What doesn't join another condition ends it all; `rawCondition` says so.
    if (tokens.length % 4 === 0 && tokens.at(-1)?.text !== '&&') break
  }
  return tokens
}

function tokenOf(match: RegExpExecArray, isField: boolean, at: number): Token {
  if (isField) return { text: match[1] ?? '', isQuoted: false, at }
  const quoted = match[1]
  if (quoted !== undefined) return { text: quoted.replaceAll('\\"', '"'), isQuoted: true, at }
  return { text: match[2] ?? match[3] ?? '', isQuoted: false, at }
}

const wrong = (why: string): ExpressionReading => ({ ok: false, why })
