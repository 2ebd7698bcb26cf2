/**
 * The parameters as the program has them: read, checked, complete. Durations end in `Ms`, sizes in `Bytes`, whatever
 * the parameter is called outside.
 */
import type { Address } from './address.ts'
import type { Cidr } from './cidr.ts'
import type { OriginSettings } from './origin-settings.ts'
import { parameter, type PARAMETERS, type ParameterName } from './parameters.ts'

export type Settings = {
  readonly [Name in ParameterName as InnerName<Name>]: Inner<(typeof PARAMETERS)[Name]>
}

type InnerName<Name extends ParameterName> = (typeof PARAMETERS)[Name]['kind'] extends 'duration'
  ? `${Name}Ms`
  : (typeof PARAMETERS)[Name]['kind'] extends 'size'
    ? Name extends `${string}Bytes`
      ? Name
      : `${Name}Bytes`
    : Name

type Inner<Entry> = Entry extends { readonly kind: infer Kind }
  ? Kind extends 'duration' | 'size' | 'count'
    ? number
    : Kind extends 'choice'
      ? Entry extends { readonly choices: readonly (infer Choice)[] }
        ? Choice
        : never
      : Kind extends 'address'
        ? Address
        : Kind extends 'hosts'
          ? readonly string[]
          : Kind extends 'cidrs'
            ? readonly Cidr[]
            : Kind extends 'origins'
              ? readonly OriginSettings[]
              : Kind extends 'file' | 'target'
                ? string | null
                : string
  : never

/** What a parameter is called in `Settings`. */
export function innerName(name: ParameterName): keyof Settings {
  const { kind } = parameter(name)
  if (kind === 'duration') return `${name}Ms` as keyof Settings
  if (kind === 'size' && !name.endsWith('Bytes')) return `${name}Bytes` as keyof Settings
  return name as keyof Settings
}
