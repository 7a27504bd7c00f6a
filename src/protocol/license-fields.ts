// What a license is to its buyer, in answers and in what browsers keep of them.

import { count, either, exactly, text } from './shape.ts';

/** How many devices may use the license at once. */
export const maxDevices = either(count, exactly('unlimited'));

/** What an activated license is to the buyer. */
export const LICENSE_FIELDS = {
  licenseName: text,
  productName: text,
  variant: text,
  devicesUsed: count,
  maxDevices,
};
