import 'license-gate-kit';

export function startApp(root) {
  root.innerHTML = `
    <license-gate server="https://licenses.example.com" product="/my-tool">
      <template><main><h1>My Tool</h1></main></template>
    </license-gate>`;
  return root.querySelector('license-gate');
}
