// Reads back what a note says. What cannot be read, e.g. because a newer version wrote it, counts as absent.

import type * as z from 'zod/mini';

export function readNote<T>(text: string | undefined, schema: z.ZodMiniType<T>): T | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
