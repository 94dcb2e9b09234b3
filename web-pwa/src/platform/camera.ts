/**
 * Reads QR codes through the camera.
 *
 * For: enrolment, and files shown as codes, through `core/camera`. Pictures are looked at and forgotten; none is kept or sent.
 */

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

type DetectorClass = new (options: { formats: string[] }) => Detector;

const LOOK_EVERY_MS = 250;

/** Codes that follow each other are shown for 200 ms or longer: each is looked at twice. */
const FOLLOW_EVERY_MS = 60;

/** Pictures are looked at no larger than this. */
const LARGEST_SIDE_PX = 640;

/** Looks until a code is read or the returned function is called. */
export function readCodes(
  video: HTMLVideoElement,
  found: (text: string) => void,
  refused: () => void,
): () => void {
  const stop = look(
    video,
    LOOK_EVERY_MS,
    (text) => {
      stop();
      found(text);
    },
    refused,
  );
  return stop;
}

/** Looks at code after code until the returned function is called. */
export function followCodes(
  video: HTMLVideoElement,
  found: (text: string) => void,
  refused: () => void,
): () => void {
  return look(video, FOLLOW_EVERY_MS, found, refused);
}

function look(
  video: HTMLVideoElement,
  everyMs: number,
  found: (text: string) => void,
  refused: () => void,
): () => void {
  let over = false;
  let stream: MediaStream | null = null;
  const stop = (): void => {
    over = true;
    for (const track of stream?.getTracks() ?? []) track.stop();
  };
  void (async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: 'environment' },
        audio: false,
      });
      if (over) return stop();
      video.srcObject = stream;
      await video.play();
      const reader = await lookFor(video);
      while (!over) {
        const text = await reader();
        if (over) return;
        if (text !== null) found(text);
        await new Promise((done) => setTimeout(done, everyMs));
      }
    } catch {
      if (!over) {
        stop();
        refused();
      }
    }
  })();
  return stop;
}

/** The browser's own reader where it has one, else one of ours. */
async function lookFor(video: HTMLVideoElement): Promise<() => Promise<string | null>> {
  const found = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (found) {
    const detector = new found({ formats: ['qr_code'] });
    return async () => (await detector.detect(video))[0]?.rawValue ?? null;
  }
  const { default: read } = await import('jsqr');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return async () => {
    const scale = Math.min(1, LARGEST_SIDE_PX / Math.max(video.videoWidth, video.videoHeight, 1));
    const width = Math.round(video.videoWidth * scale);
    const height = Math.round(video.videoHeight * scale);
    if (!context || width === 0 || height === 0) return null;
    canvas.width = width;
    canvas.height = height;
    context.drawImage(video, 0, 0, width, height);
    return read(context.getImageData(0, 0, width, height).data, width, height)?.data ?? null;
  };
}
