'use client';

import { useState } from 'react';

export default function Studio({ licenseName }) {
  const [notes, setNotes] = useState('');
  return (
    <main>
      <h1>My Tool</h1>
      <p>Licensed as {licenseName}.</p>
      <textarea aria-label="Notes" value={notes} onChange={(event) => setNotes(event.target.value)} />
    </main>
  );
}
