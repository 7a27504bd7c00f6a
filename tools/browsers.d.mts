export type EngineName = 'chromium' | 'firefox' | 'webkit';
export function browsersToTest(): readonly EngineName[];
export function untestedEngines(): string;
