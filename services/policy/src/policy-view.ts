import type { ControlView } from '@inland/control-view';

/** The view of the control log, as what Nest can inject. */
export class PolicyView {
  readonly view: ControlView;

  constructor(view: ControlView) {
    this.view = view;
  }
}
