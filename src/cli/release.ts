// `license-gate release`: takes seats back from devices of a license.

import { Misuse, readWordAndOptions, type Command } from './command.ts';
import { DESK_HELP, DESK_OPTIONS, asJson, atDesk } from './desk.ts';
import { isMeant } from './terminal.ts';

export const release: Command = {
  help: `Takes seats back from devices of a license.

Usage: license-gate release KEY --device HANDLE [options]
       license-gate release KEY --all [options]

  --device HANDLE   the device, by its handle as "license-gate devices KEY" shows it; where that begins with a dash,
                    --device=HANDLE
  --all             all its devices
  --yes             do not ask, on a terminal
${DESK_HELP}

A released device takes a free seat again at its next check, if there is one; to keep devices out, ban the key.
Exit code: 0 released, 1 nothing released.`,

  async run(args) {
    const { word, options } = readWordAndOptions(args, 'KEY', {
      ...DESK_OPTIONS,
      device: { type: 'string' },
      all: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
    });
    const { device, all } = options;
    if ((device === undefined) === !all) throw new Misuse('Which devices? Say --device HANDLE or --all.');

    return atDesk(word, options, async (desk, holding, key) => {
      const { devicesUsed } = holding.license;
      const whose = device === undefined ? `all ${devicesUsed} seats` : `the seat of ${device}`;
      if (!options.yes && !(await isMeant(`Take ${whose} of ${key} back?`))) return 1;

      const released =
        device === undefined
          ? await desk.releaseAll(holding)
          : (await desk.release(holding, [device])).length;
      const left = devicesUsed - released;
      if (options.json)
        console.log(JSON.stringify({ ...asJson(holding), released, devicesUsed: left }, null, 2));
      else if (released > 0) console.log(`Released ${released} of ${devicesUsed} seats of ${key}.`);
      else
        console.error(device === undefined ? `${key} holds no seats.` : `${device} holds no seat of ${key}.`);
      return released > 0 ? 0 : 1;
    });
  },
};
