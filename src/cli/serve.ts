// `license-gate serve`: runs the license server until it is told to stop.

import {
  createJsonLog,
  createRedactedLog,
  secretsIn,
  startServer,
  type Log,
  type LogLevel,
} from '../server/index.ts';
import { Misuse, readOptions, type Command } from './command.ts';
import { CONFIG_FILE, readConfig, shown, withDatabase } from './settings.ts';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export const serve: Command = {
  help: `Runs the license server until SIGTERM or SIGINT.

Usage: license-gate serve [options]

  --config FILE     configuration (${CONFIG_FILE})
  --port NUMBER     port to listen on; 0 = any free one (3000)
  --host ADDRESS    address to listen on; 0.0.0.0 = all (127.0.0.1)
  --database NAME   file, ":memory:" or postgres:// URL, instead of the configured one
  --log LEVEL       debug, info, warn or error (info); one JSON object a line, on stderr
  --json            print where it listens as JSON

Environment: DIMLI_SELLER_TOKEN (required; or DIMLI_SELLER_TOKEN_FILE), DIMLI_API_URL.`,

  async run(args) {
    const options = readOptions(args, {
      config: { type: 'string' },
      port: { type: 'string', default: '3000' },
      host: { type: 'string', default: '127.0.0.1' },
      database: { type: 'string' },
      log: { type: 'string', default: 'info' },
      json: { type: 'boolean', default: false },
    });
    const port = portOf(options.port);
    const write = logFrom(options.log);
    const config = withDatabase(readConfig(options.config), options.database);
    const log = createRedactedLog(write, secretsIn(config));
    sayWhatEndsIt(log);

    const stopped = stopSignal();
    const server = await startServer({ config, port, host: options.host, log });
    const products = config.products.map(({ slug }) => slug);
    console.log(
      options.json
        ? JSON.stringify({ url: server.url, products, database: shown(config.database) })
        : `License server listening on ${server.url} (${products.join(', ')})`,
    );
    if (config.allowedOrigins.length === 0)
      log('warn', 'no_allowed_origins', {
        hint: 'browsers cannot call this server until allowedOrigins names them',
      });
    await stopped;
    await server.stop();
    return 0;
  },
};

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new Misuse(`--port must be a number up to 65535, not "${text}".`);
  return port;
}

function logFrom(level: string): Log {
  const lowest = LEVELS.findIndex((name) => name === level);
  if (lowest < 0) throw new Misuse(`--log must be one of ${LEVELS.join(', ')}, not "${level}".`);
  const write = createJsonLog((line) => process.stderr.write(`${line}\n`));
  return (of, event, fields) => {
    if (LEVELS.indexOf(of) >= lowest) write(of, event, fields);
  };
}

/** Node would print the error as it is, and whatever it quotes. */
const sayWhatEndsIt = (log: Log): void =>
  void process.once('uncaughtException', (cause: unknown) => {
    log('error', 'crashed', {
      cause: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
    });
    process.exit(1);
  });

/** A second signal stops at once, as Node does by itself. */
const stopSignal = (): Promise<void> =>
  new Promise((told) => {
    const stop = () => {
      process.off('SIGTERM', stop);
      process.off('SIGINT', stop);
      told();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
