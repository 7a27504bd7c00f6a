// WebKitGTK as a browser of @web/test-runner, with the keyboard and the mouse that @web/test-runner-commands asks for.
import { startWebKit } from './webkit-driver.mjs';

/** W3C WebDriver's code points for the names that `sendKeys({ press })` takes. */
const KEYS = {
  Backspace: '\uE003',
  Tab: '\uE004',
  Enter: '\uE007',
  Shift: '\uE008',
  Control: '\uE009',
  Alt: '\uE00A',
  Escape: '\uE00C',
  Space: ' ',
  PageUp: '\uE00E',
  PageDown: '\uE00F',
  End: '\uE010',
  Home: '\uE011',
  ArrowLeft: '\uE012',
  ArrowUp: '\uE013',
  ArrowRight: '\uE014',
  ArrowDown: '\uE015',
  Delete: '\uE017',
  Meta: '\uE03D',
};
const BUTTONS = { left: 0, middle: 1, right: 2 };

export function webkitLauncher() {
  const active = new Map();
  let starting;

  const command = async (...request) => (await (starting ??= startWebKit())).command(...request);
  const act = (source) => command('POST', '/actions', { actions: [source] });
  const point = (...actions) =>
    act({ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions });
  const visit = (url) => command('POST', '/url', { url });

  return {
    name: 'WebKit',
    // Only launchers of this type are asked for keys and clicks by name.
    type: 'webdriver',
    concurrency: 1,
    async initialize() {},
    async startSession(id, url) {
      active.set(id, url);
      await visit(url);
    },
    isActive: (id) => active.has(id),
    getBrowserUrl: (id) => active.get(id),
    async stopSession(id) {
      active.delete(id);
      await visit('about:blank');
      return { testCoverage: undefined };
    },
    async startDebugSession() {
      throw new Error('WebKitGTK has no debug session; use Chromium or Firefox.');
    },
    sendKeys: (_id, keys) => act({ type: 'key', id: 'keyboard', actions: keys.flatMap(strokesOf) }),
    sendMouseMove: (_id, x, y) => point(moveTo(x, y)),
    sendMouseClick: (_id, x, y, button) => point(moveTo(x, y), down(button), up(button)),
    sendMouseDown: (_id, button) => point(down(button)),
    sendMouseUp: (_id, button) => point(up(button)),
    resetMouse: () => command('DELETE', '/actions'),
    /** Not a command of the test runner: `setViewport` knows no WebKit. */
    setWindow: (width, height) => command('POST', '/window/rect', { width, height }),
    async stop() {
      await (await starting)?.close();
    },
  };
}

const moveTo = (x, y) => ({ type: 'pointerMove', duration: 0, x, y });
const down = (button = 'left') => ({ type: 'pointerDown', button: BUTTONS[button] });
const up = (button = 'left') => ({ type: 'pointerUp', button: BUTTONS[button] });

/** `a`, `Enter`, or a chord such as `Shift+Tab`: all down, then all up. */
function strokesOf(key) {
  const chord = key.length > 1 ? key.split('+').map((name) => KEYS[name] ?? name) : [key];
  return [
    ...chord.map((value) => ({ type: 'keyDown', value })),
    ...chord.toReversed().map((value) => ({ type: 'keyUp', value })),
  ];
}
