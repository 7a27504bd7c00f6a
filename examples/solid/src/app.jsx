import 'license-gate-kit';
import { Show, createSignal } from 'solid-js';

export function App() {
  const [license, setLicense] = createSignal();
  // The app is there from the first opening on; when the gate shuts, it hides the app, and nothing typed is lost.
  return (
    <license-gate
      server="https://licenses.example.com"
      product="/my-tool"
      on:license-unlocked={(event) => setLicense(event.license)}
    >
      <Show when={license()}>
        <Studio licenseName={license().licenseName} />
      </Show>
    </license-gate>
  );
}

function Studio(props) {
  const [notes, setNotes] = createSignal('');
  return (
    <main>
      <h1>My Tool</h1>
      <p>Licensed as {props.licenseName}.</p>
      <textarea aria-label="Notes" value={notes()} onInput={(event) => setNotes(event.target.value)} />
    </main>
  );
}
