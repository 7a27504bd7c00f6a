// `license-gate devices`: shows a license and the devices that hold its seats.

import { readWordAndOptions, type Command } from './command.ts';
import { DESK_HELP, DESK_OPTIONS, asJson, atDesk, describe } from './desk.ts';
import { table, time } from './terminal.ts';

export const devices: Command = {
  help: `Shows a license, and the devices that hold its seats.

Usage: license-gate devices KEY [options]

${DESK_HELP}

Exit code: 0 shown, 1 no server on this database has ever activated the key.`,

  async run(args) {
    const { word, options } = readWordAndOptions(args, 'KEY', DESK_OPTIONS);
    return atDesk(word, options, async (desk, holding, key) => {
      const seats = await desk.devices(holding);
      if (options.json) {
        const shown = seats.map(({ handle, label, firstSeen, lastSeen }) => ({
          handle,
          label,
          firstSeen: new Date(firstSeen).toISOString(),
          lastSeen: new Date(lastSeen).toISOString(),
        }));
        console.log(JSON.stringify({ ...asJson(holding), devices: shown }, null, 2));
        return 0;
      }
      const rows = seats.map(({ handle, label, firstSeen, lastSeen }) => [
        handle,
        label || '–',
        time(firstSeen),
        time(lastSeen),
      ]);
      console.log(describe(key, holding));
      if (rows.length > 0)
        console.log(`\n${table([['HANDLE', 'DEVICE', 'FIRST SEEN', 'LAST SEEN'], ...rows])}`);
      const more = holding.license.devicesUsed - seats.length;
      if (more > 0) console.log(`\n  and ${more} more, seen less recently`);
      return 0;
    });
  },
};
