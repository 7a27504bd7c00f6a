import type { Rolldown } from 'vite';

export function loadedAtOnce(output: Rolldown.RolldownOutput['output']): Rolldown.OutputChunk[];
export function codeOf(chunks: readonly Rolldown.OutputChunk[]): string;
