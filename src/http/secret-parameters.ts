/**
 * Query parameters whose values usually are secrets, kept out of the logs and the journal (RFC 9110 §17.9 warns of them in URLs; OWASP and
 * the makers of frameworks list their names). What is written shows that there was one: `token=***`.
 */

const NAMES = [
  ...[
    'access_token',
    'refresh_token',
    'id_token',
    'auth_token',
    'authtoken',
    'csrf_token',
    'token',
    'jwt',
    'bearer',
  ],
  ...[
    'api_key',
    'api-key',
    'apikey',
    'client_secret',
    'secret',
    'password',
    'passwd',
    'pass',
    'pwd',
    'passphrase',
  ],
  ...[
    'auth',
    'authorization',
    'code',
    'otp',
    'session',
    'sessionid',
    'session_id',
    'sid',
    'jsessionid',
    'phpsessid',
  ],
  ...[
    'sig',
    'signature',
    'hmac',
    'x-amz-signature',
    'x-amz-credential',
    'x-amz-security-token',
    'x-goog-signature',
  ],
  ...['x-goog-credential', 'private_key', 'credentials'],
]

const SECRET = new RegExp(`([?&;#](?:${NAMES.join('|')})=)[^&;#]*`, 'gi')

/** A target or URL without the values of such parameters. */
export function withoutSecrets(url: string): string {
  return url.includes('=') ? url.replace(SECRET, '$1***') : url
}
