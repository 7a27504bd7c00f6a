// What a browser may still hold of the marketplace's guide.

/** The id that the guide's web sample keeps: adopting it keeps the buyer's seat. */
export function guideDeviceId(): string | undefined {
  try {
    const id = localStorage.getItem('deviceId');
    return id && id.length <= 255 ? id : undefined;
  } catch {
    return undefined; // no localStorage here, so the sample never ran
  }
}
