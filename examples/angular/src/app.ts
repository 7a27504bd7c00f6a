import { CUSTOM_ELEMENTS_SCHEMA, Component, signal } from '@angular/core';
import 'license-gate-kit';
import type { LicenseGate } from 'license-gate-kit/element';
import { Studio } from './studio';

@Component({
  selector: 'my-tool',
  imports: [Studio],
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <license-gate
      server="https://licenses.example.com"
      product="/my-tool"
      (license-unlocked)="license.set($event.license)"
    >
      <!-- There from the first opening on; when the gate shuts, it hides the app, and nothing typed is lost. -->
      @if (license()?.licenseName; as name) {
        <my-studio [licenseName]="name" />
      }
    </license-gate>
  `,
})
export class App {
  readonly license = signal<LicenseGate['license']>(undefined);
}
