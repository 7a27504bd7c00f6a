import 'license-gate-kit';
import { useState } from 'react';

export function App() {
  const [license, setLicense] = useState();
  // The app is there from the first opening on; when the gate shuts, it hides the app, and nothing typed is lost.
  return (
    <license-gate
      server="https://licenses.example.com"
      product="/my-tool"
      onlicense-unlocked={(event) => setLicense(event.license)}
    >
      {license && <Studio licenseName={license.licenseName} />}
    </license-gate>
  );
}

function Studio({ licenseName }) {
  const [notes, setNotes] = useState('');
  return (
    <main>
      <h1>My Tool</h1>
      <p>Licensed as {licenseName}.</p>
      <textarea aria-label="Notes" value={notes} onChange={(event) => setNotes(event.target.value)} />
    </main>
  );
}
