import { describe, expect, it } from 'vitest';
import { HEADER_BYTES, frame, generationName, parseGenerationName, unframe } from './generation';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('a generation', () => {
  it('gives its content back, and what was appended after it', () => {
    expect(unframe(frame(bytes(1, 2, 3)))).toEqual(bytes(1, 2, 3));
    expect(unframe(Uint8Array.from([...frame(bytes(1, 2)), 9]))).toEqual(bytes(1, 2, 9));
    expect(unframe(frame(bytes()))).toEqual(bytes());
  });

  it('is not whole when it was cut anywhere, or is all zeros', () => {
    const whole = frame(bytes(4, 5, 6, 7));
    for (let length = 0; length < whole.length; length += 1) {
      expect(unframe(whole.subarray(0, length)), `cut at ${length}`).toBeNull();
    }
    expect(unframe(new Uint8Array(HEADER_BYTES))).toBeNull();
    const flipped = frame(bytes(4, 5));
    flipped[HEADER_BYTES] = 0;
    expect(unframe(flipped)).toBeNull();
  });

  it('has a name that reads back, and ignores foreign names', () => {
    expect(parseGenerationName(generationName('round~a', 12))).toEqual({
      file: 'round~a',
      generation: 12,
    });
    expect(parseGenerationName('probe')).toBeNull();
    expect(parseGenerationName('a~x')).toBeNull();
  });
});
