// A page that takes its gate out and puts it back, over and over, as frameworks do: nothing of it is left behind.
import { expect } from '@open-wc/testing';
import { countLive, restoreAll } from '../client/browser-faults.ts';
import { gateFor, openGateFor, startServer } from './support.ts';

const CYCLES = 1000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('<license-gate> that comes and goes', () => {
  afterEach(restoreAll);

  it('leaves no listener, timer or channel after a thousand removals, and opens again without a request', async () => {
    const server = await startServer();
    const gate = await openGateFor(server);
    const host = gate.parentElement!;
    gate.remove();
    await pause(50);
    const live = countLive();

    for (let cycle = 0; cycle < CYCLES; cycle++) {
      host.append(gate);
      await gate.updateComplete;
      gate.remove();
      await Promise.resolve();
      if (cycle % 100 === 0) await pause(5); // long enough to listen and to read the database
    }
    await pause(100);

    expect(live.left()).to.deep.equal({ listeners: 0, timers: 0, channels: 0 });
    host.append(gate);
    await gate.updateComplete;
    expect(gate.open).to.equal(true);
    expect(server.calls).to.deep.equal([]);
  });

  it('calls off what it has asked when it is removed', async () => {
    const server = await startServer();
    const gate = await gateFor(server);
    server.reply = () => new Promise(() => {});
    const outcome = gate.activate('a1b2c3d4-e5f6-7890-abcd-ef1234567890');
    while (server.calls.length === 0) await pause(5);

    gate.remove();

    const { ok } = await outcome;
    expect(ok).to.equal(false);
  });
});
