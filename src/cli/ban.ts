// `license-gate ban` and `license-gate unban`: the seller's own decision about a license.

import type { Desk, Holding } from '../server/index.ts';
import { readWordAndOptions, type Command } from './command.ts';
import { DESK_HELP, DESK_OPTIONS, asJson, atDesk, describe } from './desk.ts';
import { isMeant } from './terminal.ts';

const OPTIONS = { ...DESK_OPTIONS, yes: { type: 'boolean', default: false } } as const;

export const ban: Command = {
  help: `Refuses a license from now on, whatever the marketplace says about it.

Usage: license-gate ban KEY [options]

  --yes             do not ask, on a terminal
${DESK_HELP}

Running servers refuse it within a second, as license_revoked: each device hears of it at its next contact. Nothing is deleted: unban lifts it, and the
devices have their seats as before. An app that cannot reach a server stays open until its grace is over.
Exit code: 0 banned, 1 not banned.`,

  run: (args) =>
    change(args, 'Ban', async (desk, holding) =>
      holding.license.bannedAt === undefined ? desk.ban(holding) : undefined,
    ),
};

export const unban: Command = {
  help: `Lifts a ban.

Usage: license-gate unban KEY [options]

  --yes             accepted, and not needed
${DESK_HELP}

Within a second, devices are served again at their next contact, if the marketplace says that the license is valid.
Exit code: 0 not banned any more, 1 no such license.`,

  run: (args) =>
    change(args, undefined, async (desk, holding) =>
      holding.license.bannedAt === undefined ? undefined : desk.unban(holding),
    ),
};

/** @param apply `undefined` where it was so already, which is fine */
async function change(
  args: readonly string[],
  verb: string | undefined,
  apply: (desk: Desk, holding: Holding) => Promise<Holding | undefined>,
): Promise<number> {
  const { word, options } = readWordAndOptions(args, 'KEY', OPTIONS);
  return atDesk(word, options, async (desk, holding, key) => {
    if (verb && !options.yes && !(await isMeant(`${verb} ${describe(key, holding)}?`))) return 1;
    const changed = await apply(desk, holding);
    const now = changed ?? holding;
    if (options.json)
      console.log(JSON.stringify({ ...asJson(now), changed: changed !== undefined }, null, 2));
    else console.log(`${describe(key, now)}${changed ? '' : ' (as before)'}`);
    return 0;
  });
}
