export interface WebKitSession {
  command(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>;
  close(): Promise<void>;
}
export function hasWebKit(): boolean;
export interface WebKitOptions {
  readonly args?: readonly string[];
  readonly proxy?: object;
}
export function startWebKit(options?: WebKitOptions): Promise<WebKitSession>;
