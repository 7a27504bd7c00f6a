/** @jsxImportSource solid-js */
// What the types for Solid allow in markup, and what they refuse. Nothing here runs.
import '../../src/types/solid.ts';

export const allowed = [
  <license-gate server="/licenses" />,
  <license-gate
    id="gate"
    class="wide"
    lang="de"
    ref={(gate) => void gate?.activate('a1b2c3d4-e5f6-7890-abcd-ef1234567890')}
    server="https://licenses.example.com"
    product="/my-tool"
    public-keys="https://licenses.example.com/.well-known/jwks.json"
    grace-days={3}
    recheck-hours="12"
    seat-policy="replace-oldest"
    device-proof="auto"
    activate-from-url="auto"
    layout="page"
    compact
    prop:strings={{ title: 'Unlock the studio' }}
    on:license-activate={(event) => event.licenseKey.trim()}
    on:license-unlocked={({ license }) => license?.licenseName}
  >
    <a slot="footer">Buy</a>
    <license-feature tiers="Team License" for="gate">
      Export
    </license-feature>
  </license-gate>,
  <license-feature />,
];

export const refused = [
  // @ts-expect-error a gate needs a server
  <license-gate />,
  // @ts-expect-error no such layout
  <license-gate server="/licenses" layout="modal" />,
  // @ts-expect-error no such policy
  <license-gate server="/licenses" seat-policy="first" />,
  // @ts-expect-error not a number of days
  <license-gate server="/licenses" grace-days="a week" />,
  // @ts-expect-error no such attribute
  <license-gate server="/licenses" colour="red" />,
  // @ts-expect-error no such word
  <license-gate server="/licenses" prop:strings={{ headline: 'Unlock' }} />,
  // @ts-expect-error only license-activate has the key
  <license-gate server="/licenses" on:license-changed={(event) => event.licenseKey} />,
  // @ts-expect-error tiers are one text
  <license-feature tiers={['Team License']} />,
];
