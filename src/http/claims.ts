/**
 * Request fields that no cache key covers and that servers behind it are known to act on. No RFC lists them: the lists are of
 * what proxies, frameworks and hosting platforms read, as research on cache poisoning has collected it.
 *
 * A CGI-like server takes `_` in a name for `-` (RFC 3875 §4.1.18), so that both spellings count here.
 */

/** A claim about the way here: who asks, by which name, scheme or port, or what a proxy in front is able to do. */
export function isClaim(name: string): boolean {
  const plain = hyphened(name)
  return CLAIMS.has(plain) || CLAIM_PREFIXES.some((prefix) => plain.startsWith(prefix))
}

/** A way to ask for something else than the request line says: another resource, host, method, or another part of a framework. */
export function isOverride(name: string): boolean {
  const plain = hyphened(name)
  return OVERRIDES.has(plain) || OVERRIDE_PREFIXES.some((prefix) => plain.startsWith(prefix))
}

function hyphened(name: string): string {
  return name.includes('_') ? name.replaceAll('_', '-') : name
}

const CLAIM_PREFIXES = ['x-forwarded', 'x-appengine-', 'x-arr-', 'x-envoy-']

const CLAIMS: ReadonlySet<string> = new Set([
  ...['forwarded', 'forwarded-for', 'forwarded-host', 'forwarded-proto', 'x-forward-for', 'x-forwarder-for'],
  // Who asks.
  ...['x-real-ip', 'x-client-ip', 'client-ip', 'x-cluster-client-ip', 'cluster-client-ip', 'true-client-ip'],
  ...['x-true-ip', 'x-originating-ip', 'x-remote-ip', 'x-remote-addr', 'remote-addr', 'x-proxyuser-ip'],
  ...[
    'x-custom-ip-authorization',
    'cf-connecting-ip',
    'cf-connecting-ipv6',
    'fastly-client-ip',
    'x-nf-client-ip',
  ],
  ...[
    'x-azure-clientip',
    'x-azure-socketip',
    'x-vercel-forwarded-for',
    'x-vercel-proxied-for',
    'x-sucuri-clientip',
  ],
  ...[
    'x-proxy-user',
    'x-remote-user',
    'remote-user',
    'x-ssl-client-cert',
    'x-client-cert',
    'x-client-verify',
  ],
  // By which scheme.
  ...[
    'front-end-https',
    'x-https',
    'x-scheme',
    'x-url-scheme',
    'x-proto',
    'x-ssl',
    'cloudfront-forwarded-proto',
  ],
  ...['cf-visitor', 'x-client-proto', 'x-client-ssl', 'x-azure-fdid', 'x-port', 'x-server-name'],
  // What the proxy in front would do.
  ...['surrogate-capability', 'x-accel-internal', 'x-sendfile-type', 'x-accel-mapping', 'proxy', 'x-varnish'],
])

const OVERRIDE_PREFIXES = [
  'x-original-',
  'x-rewrite-',
  'x-http-method',
  'x-now-',
  'x-middleware-',
  'x-invoke-',
]

const OVERRIDES: ReadonlySet<string> = new Set([
  // Another resource.
  ...[
    'x-original',
    'x-override-url',
    'x-rewrite',
    'x-request-uri',
    'uri',
    'url',
    'request-uri',
    'x-http-path-override',
    'x-wp-nonce-url',
  ],
  ...[
    'x-http-destinationurl',
    'x-proxy-url',
    'proxy-url',
    'base-url',
    'http-url',
    'x-url',
    'x-uri',
    'x-path',
    'x-path-info',
  ],
  ...[
    'x-envoy-original-path',
    'x-matched-path',
    'x-script-name',
    'x-ms-original-url',
    'x-waws-unencoded-url',
  ],
  // Another host.
  ...[
    'x-host',
    'x-http-host-override',
    'x-host-override',
    'host-override',
    'x-backend-host',
    'x-proxy-host',
    'proxy-host',
  ],
  // Another method.
  ...['x-method', 'x-method-override', 'method-override', 'http-method-override'],
])
