export { normalizeKey, maskKey } from './key.ts';
export { normalizeProduct } from './product.ts';
export { PROBLEMS, isProblemCode, isLocking, isRetryable, type ProblemCode } from './problem.ts';
export { ActivateRequest, DeactivateRequest, StatusRequest, DEVICE_LABEL_LENGTH } from './requests.ts';
export { ActivateAnswer, StatusAnswer, RefusalAnswer, type Device } from './answers.ts';
