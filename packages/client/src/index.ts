export { watchActivity } from './activity.ts';
export type * from './answers.ts';
export type * as Api from './api-types.ts';
export type { Operations, Problems } from './api-types.ts';
export type { StepUpDemand } from './authorized.ts';
export { createClient, type SallyportClient } from './client.ts';
export { leaveForDuo, returnFromDuo } from './duo.ts';
export type { CallOptions, OperationKey } from './http.ts';
export type {
  CallKey,
  ClientOptions,
  DeviceStore,
  FactorChoice,
  Login,
  PasskeyLogin,
  Proof,
} from './options.ts';
export { isProblem, type ProblemType, type ReasonOf, SallyportProblem } from './problem.ts';
export type { AuthState } from './session.ts';
