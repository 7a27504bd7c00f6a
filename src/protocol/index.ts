export { normalizeKey, maskKey } from './key.ts';
export { normalizeProduct } from './product.ts';
export { provenText, type ProvenRequest } from './proof.ts';
export { PROBLEMS, isProblemCode, isLocking, isRetryable, type ProblemCode } from './problem.ts';
export { ActivateRequest, DeactivateRequest, StatusRequest, DEVICE_LABEL_LENGTH } from './requests.ts';
export {
  ActivateAnswer,
  DeactivateAnswer,
  StatusAnswer,
  RefusalAnswer,
  LICENSE_FIELDS,
  type Device,
} from './answers.ts';
export { count, either, exactly, fields, flag, listOf, text, type Read, type Shape } from './shape.ts';
