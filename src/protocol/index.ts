export { normalizeKey } from './key.ts';
export { maskKey } from './masked-key.ts';
export { LICENSE_FIELDS } from './license-fields.ts';
export { normalizeProduct } from './product.ts';
export { provenText, type ProvenRequest } from './proof.ts';
export { PROBLEMS, isProblemCode, isLocking, isRetryable, type ProblemCode } from './problem.ts';
export { ActivateRequest, DeactivateRequest, StatusRequest, DEVICE_LABEL_LENGTH } from './requests.ts';
export { ActivateAnswer, DeactivateAnswer, StatusAnswer, RefusalAnswer, type Device } from './answers.ts';
export { count, either, exactly, fields, flag, listOf, text, type Read, type Shape } from './shape.ts';
