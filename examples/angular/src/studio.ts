import { Component, input } from '@angular/core';

@Component({
  selector: 'my-studio',
  template: `
    <main>
      <h1>My Tool</h1>
      <p>Licensed as {{ licenseName() }}.</p>
      <textarea aria-label="Notes"></textarea>
    </main>
  `,
})
export class Studio {
  readonly licenseName = input.required<string>();
}
