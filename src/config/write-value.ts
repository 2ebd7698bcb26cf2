/** Writes a parameter's value as people would write it: the reverse of `read-value.ts`. Passwords are left out. */
import { writeAddress, type Address } from './address.ts'
import type { Cidr } from './cidr.ts'
import type { OriginSettings } from './origin-settings.ts'
import { parameter, type ParameterName } from './parameters.ts'
import { innerName, type Settings } from './settings.ts'
import { writeDuration, writeSize } from './units.ts'

export type WrittenValue = string | number | null | readonly string[] | Readonly<Record<string, string>>

export function writeValue(name: ParameterName, settings: Settings): WrittenValue {
  const value: unknown = settings[innerName(name)]
  const { kind } = parameter(name)
  switch (kind) {
    case 'duration':
      return writeDuration(value as number)
    case 'size':
      return writeSize(value as number)
    case 'address':
      return writeAddress(value as Address)
    case 'cidrs':
      return (value as readonly Cidr[]).map(({ address, prefix }) => `${address}/${prefix}`)
    case 'origins':
      return Object.fromEntries((value as readonly OriginSettings[]).map(({ name: key, url }) => [key, url]))
    case 'hosts':
      return value as readonly string[]
    case 'count':
      return value as number
    case 'choice':
    case 'path':
    case 'token':
      return value as string
    case 'target':
    case 'file':
      return value as string | null
  }
}
