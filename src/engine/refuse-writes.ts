/**
 * What a policy can't change it can't write to: the types say so, and here it is said at run time, to policies that were not type-checked.
 */

/**
 * Gives every property of the class that can only be read a setter that throws `TypeError`, in words that a policy's author
 * understands. `name`: what policies call an instance. Once for each class, when its file is loaded.
 */
export function refuseWrites(view: { readonly prototype: object }, name: string): void {
  const { prototype } = view
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (descriptor.get === undefined || descriptor.set !== undefined) continue
    const refuse = (): never => {
      throw new TypeError(`${name}.${key} can be read, and not be written`)
    }
    Object.defineProperty(prototype, key, { ...descriptor, set: refuse })
  }
}
