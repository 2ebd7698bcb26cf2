/** Field values that caches get wrong: right ones, and right ones broken in a small way. */
import fc from 'fast-check'

/** The wall clock that dates in these values are near to. */
export const WALL = Date.UTC(2026, 0, 1)

const number = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('0', '1', '30', '60', '100', '3600') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        '-1',
        '1.5',
        '060',
        '60x',
        'x60',
        '',
        '+60',
        '6e1',
        '0x3c',
        ' 60',
        '60 ',
        '\u0661',
        '60;',
        '1 1',
        '60+30',
      ],
      ...['2147483647', '2147483648', '4294967296', '99999999999999999999', '9'.repeat(40)],
    ),
  },
)

/** A member of Cache-Control: a directive, or something like one. */
function member(names: readonly string[]): fc.Arbitrary<string> {
  const name = fc.constantFrom(...names)
  const spelled = fc.oneof(
    { weight: 5, arbitrary: name },
    { weight: 1, arbitrary: name.map((n) => n.toUpperCase()) },
    { weight: 1, arbitrary: name.map((n) => n.replace(/^./, (c) => c.toUpperCase())) },
    { weight: 1, arbitrary: name.map((n) => `x-${n}`) },
  )
  const equals = fc.oneof(
    { weight: 8, arbitrary: fc.constant('=') },
    fc.constantFrom(' = ', '= ', ' =', '=='),
  )
  const quote = (n: string): fc.Arbitrary<string> =>
    fc.constantFrom(n, n, n, `"${n}"`, `"${n}`, `'${n}'`, `"${n}\\"`, `"\\${n}"`, `"a, ${n}"`)
  return fc.oneof(
    { weight: 4, arbitrary: spelled },
    {
      weight: 6,
      arbitrary: fc
        .tuple(spelled, equals, number.chain(quote))
        .map(([n, sign, value]) => `${n}${sign}${value}`),
    },
    { weight: 1, arbitrary: fc.tuple(name, name).map(([a, b]) => `ext="x, ${a}, ${b}=60"`) },
    { weight: 1, arbitrary: fc.tuple(name, name).map(([a, b]) => `${a}; ${b}=60`) },
    {
      weight: 1,
      arbitrary: fc.string({
        unit: fc.constantFrom(',', ';', '=', '"', '\\', ' ', '\t', 'a', '0', '-', '*', '/', 'é'),
        maxLength: 8,
      }),
    },
  )
}

function list(names: readonly string[]): fc.Arbitrary<string> {
  const blank = fc.constantFrom('', '', '', ' ', '  ', '\t')
  return fc
    .array(fc.tuple(blank, member(names), blank), { maxLength: 5 })
    .map((parts) => parts.map((part) => part.join('')).join(','))
}

const RESPONSE_DIRECTIVES = [
  ...['max-age', 'max-age', 's-maxage', 'stale-while-revalidate', 'stale-if-error'],
  ...['no-store', 'no-cache', 'private', 'public', 'must-revalidate', 'proxy-revalidate'],
  ...['must-understand', 'immutable', 'no-transform'],
]

export const cacheControl = list(RESPONSE_DIRECTIVES)

export const requestCacheControl = list([
  ...['max-age', 'max-stale', 'min-fresh', 'no-cache', 'no-store', 'only-if-cached', 'stale-if-error'],
])

/** A Dictionary of Structured Fields, mostly. */
export const targeted: fc.Arbitrary<string> = fc.oneof(
  { weight: 1, arbitrary: cacheControl },
  {
    weight: 4,
    arbitrary: fc
      .array(
        fc
          .tuple(
            fc.constantFrom(...RESPONSE_DIRECTIVES, 'x-a', 'Max-Age', '*'),
            fc.constantFrom(
              ...[
                '',
                '',
                '=60',
                '=100',
                '=0',
                '=-1',
                '=60.0',
                '=1.5',
                '="60"',
                '=?1',
                '=?0',
                '=(a b)',
                '=( 1 "b";x )',
              ],
              ...[
                '=a',
                '=a/b:c',
                '=',
                '=60;q=1',
                ';q',
                '; q=(',
                '=()',
                '=999999999999999',
                '=1000000000000000',
              ],
              ...['="a\\"b"', '="a\\b"', '=60 ', '=1.', '=1.2345', '=0x1', '=(a', '=(a)b', '="é"'],
            ),
          )
          .map((parts) => parts.join('')),
        { maxLength: 4 },
      )
      .chain((members) =>
        fc.constantFrom(', ', ',', ' ,\t', ', ', ', ', ',,').map((comma) => members.join(comma)),
      ),
  },
)

export const surrogateControl: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      member(RESPONSE_DIRECTIVES),
      fc.constantFrom(
        ...['content="ESI/1.0"', 'no-store', 'max-age=60', 'max-age=60+30', 'max-age=60;abc', 'no-store;abc'],
        ...[
          'no-store-remote',
          'max-age=60+',
          'max-age=+60',
          'max-age="60+30"',
          'private;a;b',
          'content="max-age=5"',
        ],
      ),
    ),
    { maxLength: 3 },
  )
  .map((members) => members.join(', '))

const instant = fc.oneof(
  fc.integer({ min: -7200, max: 7200 }).map((s) => WALL + s * 1000),
  fc.integer({ min: -7200, max: 7200 }).map((s) => WALL + s * 1000),
  fc.integer({ min: -4_000_000, max: 4_000_000 }).map((s) => WALL + s * 1000),
  fc.constantFrom(
    0,
    WALL,
    Date.UTC(2400, 1, 29),
    Date.UTC(1969, 6, 20),
    Date.UTC(2075, 11, 31),
    Date.UTC(2076, 0, 2),
    Date.UTC(2076, 5, 1),
    Date.UTC(2077, 0, 1),
  ),
)

const SHORT = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const LONG = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

function dateForms(ms: number): string[] {
  const at = new Date(ms)
  const fixdate = at.toUTCString()
  const [, day, month, year, time] = fixdate.split(' ') as [string, string, string, string, string]
  return [
    ...[fixdate, fixdate, fixdate, fixdate],
    `${LONG[at.getUTCDay()]!}, ${day}-${month}-${year.slice(-2)} ${time} GMT`,
    `${SHORT[at.getUTCDay()]!} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`,
    fixdate.toUpperCase(),
  ]
}

const breakages: readonly ((date: string) => string)[] = [
  (date) => date.replace('GMT', 'UTC'),
  (date) => date.replace('GMT', 'EST'),
  (date) => date.replace('GMT', '+0000'),
  (date) => date.replace(' GMT', ''),
  (date) => date.replace(/ 0?(\d)/, ' $1'),
  (date) => date.replace(/\d\d:/, '24:'),
  (date) => date.replace(/:\d\d /, ':60 '),
  (date) => date.replace(/:\d\d /, ':61 '),
  (date) => date.replace(/\d\d/, '31'),
  (date) => date.replace(/\d\d/, '00'),
  (date) => date.replace(/^\w+/, 'Fri'),
  (date) => date.replace(/^\w+/, 'Foo'),
  (date) => date.replace(/ /, '  '),
  (date) => `${date} and more`,
  (date) => date.replace(/:/, '.'),
  (date) => date.replace(/20(\d\d)/, '$1'),
  () => '0',
  () => '-1',
  () => '',
  () => '1767225600',
  () => '2026-01-01T00:00:00Z',
]

export const httpDate: fc.Arbitrary<string> = instant.chain((ms) =>
  fc.oneof(
    { weight: 7, arbitrary: fc.constantFrom(...dateForms(ms)) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...dateForms(ms)), fc.constantFrom(...breakages))
        .map(([date, broken]) => broken(date)),
    },
  ),
)

export const ageValue: fc.Arbitrary<string> = fc
  .array(number, { minLength: 1, maxLength: 3 })
  .chain((numbers) => fc.constantFrom(',', ', ', ' , ', ',,').map((comma) => numbers.join(comma)))

export const varyValue: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom(
          'Accept',
          'accept-encoding',
          'Accept-Language',
          'X-A',
          'x-b',
          'ACCEPT',
          'Cookie',
        ),
      },
      { weight: 1, arbitrary: fc.constantFrom('*', '', ' ', 'x a', '"x-a"', 'x-a;q=1', '*x', 'é') },
    ),
    { maxLength: 3 },
  )
  .chain((names) => fc.constantFrom(',', ', ', ' ,\t').map((comma) => names.join(comma)))

const weight = fc.constantFrom(
  ...[
    '',
    '',
    '',
    ';q=1',
    ';q=1.0',
    ';q=0.5',
    '; q=0.50',
    ' ;Q=0.5',
    ';q=.5',
    ';q=01',
    ';q=0',
    ';q="1"',
    ';q',
    ';;',
  ],
)

/** What clients choose by, and values that are the same or nearly so. */
export const choiceValue: fc.Arbitrary<string> = fc
  .array(
    fc
      .tuple(
        fc.constantFrom(
          ...[
            'gzip',
            'GZip',
            'br',
            'de',
            'en',
            'en-GB',
            '*',
            'text/html',
            'Text/HTML',
            '*/*',
            'a b',
            'a/b;p="x, y"',
          ],
          ...['text/html;level=1', 'text/html;Level=1', 'a/b;p="x', '', 'a/b/c', '"de"'],
        ),
        weight,
      )
      .map((parts) => parts.join('')),
    { maxLength: 3 },
  )
  .chain((choices) => fc.constantFrom(',', ', ').map((comma) => choices.join(comma)))

export const etag = fc.constantFrom(
  '"1"',
  'W/"1"',
  '"2"',
  '""',
  '1',
  'w/"1"',
  '"1',
  '"a b"',
  '"a,b"',
  '*',
  '',
)

export const status = fc.constantFrom(
  ...[
    200, 200, 200, 200, 200, 200, 204, 203, 206, 299, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404,
    405,
  ],
  ...[
    410, 413, 414, 416, 417, 418, 421, 426, 429, 431, 451, 499, 500, 501, 502, 503, 504, 511, 599, 600, 999,
    199, 100,
  ],
)
