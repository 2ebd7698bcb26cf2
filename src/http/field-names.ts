/**
 * How field names are spelled on the wire. Inside they are lower case (`fields.ts`); responses leave in one canonical
 * form, so that a name's spelling tells nothing of whether it came from the store. Names are case-insensitive
 * (RFC 9110 §5.1), so no recipient may depend on it.
 */

/** `content-type` as `Content-Type`, with the spellings people know where that is not it: `ETag`, `WWW-Authenticate`. */
export function canonicalName(lower: string): string {
  return KNOWN.get(lower) ?? titleCase(lower)
}

function titleCase(lower: string): string {
  let title = upper(lower.charAt(0))
  let from = 1
  for (let dash = lower.indexOf('-'); dash !== -1; dash = lower.indexOf('-', dash + 1)) {
    title += lower.slice(from, dash + 1) + upper(lower.charAt(dash + 1))
    from = dash + 2
  }
  return title + lower.slice(from)
}

function upper(character: string): string {
  return character >= 'a' && character <= 'z' ? character.toUpperCase() : character
}

/** Names that title case gets wrong, and the commonest of those it gets right, to spare the work. */
const KNOWN: ReadonlyMap<string, string> = new Map(
  [
    ...['A-IM', 'Accept-CH', 'Alt-Svc', 'CDN-Cache-Control', 'CDN-Loop', 'Content-DPR', 'Content-ID'],
    ...[
      'Content-MD5',
      'DNT',
      'DPoP',
      'DPR',
      'ECT',
      'ETag',
      'Expect-CT',
      'HTTP2-Settings',
      'IM',
      'MIME-Version',
    ],
    ...['NEL', 'P3P', 'RTT', 'SOAPAction', 'Sec-CH-UA', 'Sec-CH-UA-Mobile', 'Sec-CH-UA-Platform', 'Sec-GPC'],
    ...['SourceMap', 'TE', 'WWW-Authenticate', 'X-DNS-Prefetch-Control', 'X-Request-ID', 'X-UA-Compatible'],
    ...['X-XSS-Protection', 'Sec-WebSocket-Accept', 'Sec-WebSocket-Extensions', 'Sec-WebSocket-Key'],
    ...['Sec-WebSocket-Protocol', 'Sec-WebSocket-Version', 'X-Real-IP', 'X-Client-IP'],
    ...[
      'Accept',
      'Accept-Encoding',
      'Accept-Language',
      'Accept-Ranges',
      'Age',
      'Cache-Control',
      'Cache-Status',
    ],
    ...['Connection', 'Content-Encoding', 'Content-Language', 'Content-Length', 'Content-Security-Policy'],
    ...[
      'Content-Type',
      'Cookie',
      'Date',
      'Expires',
      'Host',
      'Last-Modified',
      'Location',
      'Referer',
      'Server',
    ],
    ...['Set-Cookie', 'Strict-Transport-Security', 'Transfer-Encoding', 'User-Agent', 'Vary', 'Via'],
    ...[
      'X-Content-Type-Options',
      'X-Forwarded-For',
      'X-Forwarded-Host',
      'X-Forwarded-Proto',
      'X-Frame-Options',
    ],
  ].map((name) => [name.toLowerCase(), name]),
)
