/** One call of the control API, for tests. */
import type { Admin } from '../../src/admin/admin.ts'
import { writeAddress, type Address } from '../../src/config/address.ts'

export interface ApiAnswer<Body> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

export async function apiCall<Body = Readonly<Record<string, unknown>>>(
  { address }: Pick<Admin, 'address'> | { readonly address: Address },
  method: string,
  path: string,
  body?: unknown,
): Promise<ApiAnswer<Body>> {
  const response = await fetch(`http://${writeAddress(address)}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body }
}
