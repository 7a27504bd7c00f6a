// Most pages never need it. The one-file bundle finds it beside itself: see vite.config.ts.

export const loadDeviceProof = (): Promise<typeof import('./device-proof.ts')> => import('./device-proof.ts');
