export interface WebKitSession {
  command(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>;
  close(): Promise<void>;
}
export function hasWebKit(): boolean;
export function startWebKit(): Promise<WebKitSession>;
