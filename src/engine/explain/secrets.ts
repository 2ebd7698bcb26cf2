/** Keeps credentials out of what is shown and remembered. */
import type { VariantValue } from '../../http/vary.ts'

/** Fields whose values are shown by their length alone. */
export function isSecretField(name: string): boolean {
  return /^(?:cookie|set-cookie|authorization|proxy-authorization)$|token|secret|session|api-?key|password|credential/.test(
    name,
  )
}

export function hiddenValue(value: string): string {
  return `(${value.length} characters)`
}

export function withoutSecrets(value: VariantValue): VariantValue {
  if (!isSecretField(value.name)) return value
  const hide = (text: string | null): string | null => (text === null ? null : hiddenValue(text))
  const isSame = value.stored === value.requested
  const requested = hide(value.requested)
  // Two values of one length must still be seen to differ.
  return {
    name: value.name,
    stored: hide(value.stored),
    requested: isSame || requested === null ? requested : `another ${requested}`,
  }
}
