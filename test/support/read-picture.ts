import jsqr from 'jsqr';
import { PNG } from 'pngjs';

/** Reads the QR code in a data URL, as the camera of a phone would. */
export function readPicture(dataUrl: string): string {
  const [type, base64 = ''] = dataUrl.split(',');
  if (type !== 'data:image/png;base64') throw new Error(`Not a PNG: ${type}`);
  const { data, width, height } = PNG.sync.read(Buffer.from(base64, 'base64'));
  return jsqr.default(new Uint8ClampedArray(data), width, height)?.data ?? 'no QR code';
}
