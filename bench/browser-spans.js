// Notes in a page, before its script runs, when its start calls what of the browser, and when the app is there.
globalThis.spans = [];
for (const [owner, ...methods] of [
  [CustomElementRegistry.prototype, 'define'],
  [Storage.prototype, 'getItem'],
  [SubtleCrypto.prototype, 'importKey', 'verify', 'digest'],
])
  for (const method of methods) {
    const original = owner[method];
    owner[method] = function (...args) {
      const span = { method, from: performance.now(), to: 0 };
      globalThis.spans.push(span);
      const end = () => (span.to = performance.now());
      const result = original.apply(this, args);
      if (result instanceof Promise) result.then(end, end);
      else end();
      return result;
    };
  }
new MutationObserver((_, watch) => {
  if (!document.querySelector('main')) return;
  watch.disconnect();
  globalThis.opened = performance.now();
}).observe(document, { childList: true, subtree: true });
