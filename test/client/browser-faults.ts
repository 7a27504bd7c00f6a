// Makes a real browser fail in one place, until the test is over.

const undo: (() => void)[] = [];

/** Replaces a property of an object. */
export function replace<T extends object>(target: T, name: keyof T & string, value: unknown): void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { configurable: true, writable: true, value });
  undo.unshift(() => {
    if (before) Object.defineProperty(target, name, before);
    else delete target[name];
  });
}

export function restoreAll(): void {
  for (const back of undo.splice(0)) back();
}

export const forbidden = (): never => {
  throw new DOMException('forbidden', 'SecurityError');
};
