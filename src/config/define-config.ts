/** The configuration file's own function: `export default defineConfig({ ... })` in `lacquer.config.ts`. */
import type { OriginConfig } from './origin-settings.ts'
import type { PARAMETERS, ParameterName } from './parameters.ts'
import type { Duration, Size } from './units.ts'

/** What may stand in a configuration file: any parameter of the table (`lacquer serve --help` lists them), none of them required. */
export type LacquerConfig = {
  readonly [Name in ParameterName]?: Written<(typeof PARAMETERS)[Name]>
}

/** A parameter's value as it is written in a file. */
type Written<Entry> = Entry extends { readonly kind: infer Kind }
  ? Kind extends 'duration'
    ? Duration | 0
    : Kind extends 'size'
      ? Size | number
      : Kind extends 'count'
        ? number
        : Kind extends 'choice'
          ? Entry extends { readonly choices: readonly (infer Choice)[] }
            ? Choice
            : never
          : Kind extends 'hosts' | 'cidrs'
            ? readonly string[]
            : Kind extends 'origins'
              ? string | Readonly<Record<string, string | OriginConfig>>
              : string
  : never

/** Gives a configuration back as it is, for the sake of its type. */
export function defineConfig(config: LacquerConfig): LacquerConfig {
  return config
}
