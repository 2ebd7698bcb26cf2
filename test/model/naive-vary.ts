/** The naive model, part three: Vary (RFC 9110 §12.5.5, RFC 9111 §4.1). */
import { joined, splitList, type Lines } from './naive-fields.ts'

/** Whether the second request may have what the first one got, as far as Vary goes. */
export function sameVariant(response: Lines, first: Lines, second: Lines): boolean {
  const names = varyOf(response)
  if (names === null) return false
  return names.every((name) => comparable(name, first) === comparable(name, second))
}

/** The names, or null for "never". */
export function varyOf(response: Lines): string[] | null {
  const members = splitList(joined(response, 'vary') ?? '')
  const isName = (text: string): boolean => text !== '*' && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)
  return members.every(isName) ? members.map((name) => name.toLowerCase()) : null
}

function comparable(name: string, request: Lines): string {
  const value = joined(request, name)
  if (value === null) return 'absent'
  const choice = { accept: /^[^ /]+\/[^ /]+$/, 'accept-encoding': /^[^ /]+$/, 'accept-language': /^[^ /]+$/ }[
    name
  ]
  const choices = choice === undefined ? null : preferences(value, choice)
  return choices === null ? `as it is ${value}` : `choices ${JSON.stringify(choices)}`
}

/** The weighted choices in a normal form and order; null where the value doesn't fit (RFC 9110 §12.4.2, §12.5). */
function preferences(value: string, choice: RegExp): string[] | null {
  const token = /^[!#$%&'*+.^_`|~0-9A-Za-z/-]+$/
  const result: string[] = []
  for (const member of splitList(value)) {
    const [what, ...parameters] = splitList(member, ';')
    if (what === undefined || !choice.test(what) || !token.test(what)) return null
    const kept: string[] = []
    for (const parameter of parameters) {
      const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)=([!#$%&'*+.^_`|~0-9A-Za-z-]+|"(?:\\[^]|[^"\\])*")$/.exec(
        parameter,
      )
      if (match === null) return null
      const name = match[1]!.toLowerCase()
      if (name !== 'q') kept.push(`${name}=${match[2]!}`)
      else if (!/^(0(\.[0-9]{0,3})?|1(\.0{0,3})?)$/.test(match[2]!)) return null
      else if (Number(match[2]) !== 1) kept.push(`q=${Number(match[2])}`)
    }
    result.push([what.toLowerCase(), ...kept].join(';'))
  }
  return result.sort()
}
