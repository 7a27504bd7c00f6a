// What a device keeps between two visits, in memory: in the shape that the client's `environment.storage` has.

export interface DeviceStorage {
  readonly mode: 'host';
  peek(name: string): unknown;
  change(name: string, next: (old: unknown) => unknown): Promise<unknown>;
  /** As a browser whose data was cleared. */
  clear(): void;
}

export function createDeviceStorage(): DeviceStorage {
  const values = new Map<string, unknown>();
  return {
    mode: 'host',
    peek: (name) => structuredClone(values.get(name)),
    async change(name, next) {
      const value = structuredClone(next(structuredClone(values.get(name))));
      values.set(name, value);
      return structuredClone(value);
    },
    clear: () => values.clear(),
  };
}
