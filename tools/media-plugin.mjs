// A command for browser tests that @web/test-runner-commands lacks: `emulate:media` with any media feature, such as
// `{ 'forced-colors': 'active' }`. Answers false where the browser cannot do it.
export const mediaPlugin = () => ({
  name: 'media',
  async executeCommand({ command, payload, session: { browser, id } }) {
    if (command !== 'emulate:media') return undefined;
    if (browser.name !== 'Chrome') return false;
    const protocol = await browser.getPage(id).createCDPSession();
    const features = Object.entries(payload).map(([name, value]) => ({ name, value }));
    await protocol.send('Emulation.setEmulatedMedia', { features });
    return true;
  },
});
