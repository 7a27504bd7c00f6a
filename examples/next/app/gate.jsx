'use client';

import 'license-gate-kit';
import dynamic from 'next/dynamic';
import { useEffect, useRef, useState } from 'react';

// Loaded when the gate opens, so that neither the page's HTML nor its first scripts hold the app.
const Studio = dynamic(() => import('./studio.jsx'));

export function Gate() {
  const tag = useRef(null);
  const [license, setLicense] = useState();
  // The tag is in the HTML before React is: the gate may be open by now, and React listens to no events of tags
  // that it finds there.
  useEffect(() => {
    const gate = tag.current;
    const look = () => gate.open && setLicense(gate.license);
    look();
    gate.addEventListener('license-unlocked', look);
    return () => gate.removeEventListener('license-unlocked', look);
  }, []);
  return (
    <license-gate ref={tag} server="https://licenses.example.com" product="/my-tool">
      {license && <Studio licenseName={license.licenseName} />}
    </license-gate>
  );
}
