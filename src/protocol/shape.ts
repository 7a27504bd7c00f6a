// Reads values from outside in a few dozen lines: what does not fit counts as absent. It serves where browsers
// read answers and stored records; where strangers write to a server, zod is strict (server/requests.ts).

/** Reads a value, or says `undefined` where it does not fit. */
export type Shape<T> = (value: unknown) => T | undefined;

export type Read<S> = S extends Shape<infer T> ? T : never;

export const text: Shape<string> = (value) => (typeof value === 'string' ? value : undefined);

/** Any number but NaN and the infinities. */
export const count: Shape<number> = (value) => (Number.isFinite(value) ? (value as number) : undefined);

export const flag: Shape<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);

export const exactly =
  <const T>(wanted: T): Shape<T> =>
  (value) =>
    value === wanted ? wanted : undefined;

export const either =
  <A, B>(one: Shape<A>, other: Shape<B>): Shape<A | B> =>
  (value) =>
    one(value) ?? other(value);

/** Items that do not fit are left out. */
export const listOf =
  <T>(item: Shape<T>): Shape<T[]> =>
  (value) =>
    Array.isArray(value) ? value.map(item).filter((read) => read !== undefined) : undefined;

type Fields = Readonly<Record<string, Shape<unknown>>>;

/** An object that has every field of `required` and may have those of `optional`; others are left out. */
export const fields =
  <R extends Fields, O extends Fields>(required: R, optional: O) =>
  (
    value: unknown,
  ):
    | ({ readonly [K in keyof R]: Read<R[K]> } & { readonly [K in keyof O]?: Read<O[K]> | undefined })
    | undefined => {
    if (typeof value !== 'object' || value === null) return undefined;
    const read: Record<string, unknown> = {};
    for (const [name, shape] of Object.entries({ ...optional, ...required })) {
      const found = Object.hasOwn(value, name) ? shape((value as Fields)[name]) : undefined;
      if (found !== undefined) read[name] = found;
      else if (Object.hasOwn(required, name)) return undefined;
    }
    // Every required field was found, and nothing was put in that its shape did not read.
    return read as never;
  };
