export { ControlView, type ControlViewOptions, type ViewDecision } from './control-view.ts';
export { DecisionReplay } from './replay-decision.ts';
export { emptyControlState, evolveControl, type ControlState } from './control-state.ts';
export { decisionMessage } from './decision-message.ts';
